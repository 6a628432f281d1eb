"""Names, dates, addresses, contacts and identifiers: from landed text to person_records."""

from insighthub.standardise.build import standardise_all
from insighthub.standardise.records import person_records_schema, standardise
from insighthub.standardise.schema import PERSON_RECORDS

__all__ = ["PERSON_RECORDS", "person_records_schema", "standardise", "standardise_all"]
