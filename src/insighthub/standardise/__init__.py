"""Names, dates, addresses, contacts and identifiers: from landed text to person_records."""
