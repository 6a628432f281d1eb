"""The table that standardisation writes and linkage reads: ``person_records``.

One row for every person that a source record names. Every column but the first three may be null, and a
source that does not map a field has nulls in it; a contract's own extra fields follow as ``other_<name>``.
"""

import pyarrow as pa

#: Prefix of the columns that hold a contract's own extra fields.
OTHER_PREFIX = "other_"

PERSON_RECORDS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("person", pa.int32(), nullable=False),  # 1, 2, ... within the record
        pa.field("role", pa.string()),  # "main", or the role of a further person in the contract
        pa.field("not_linked_reason", pa.string()),  # set: the row is kept, and never linked
        pa.field("title", pa.string()),
        pa.field("given_name", pa.string()),  # upper case, unaccented, letters and single spaces
        pa.field("middle_names", pa.string()),
        pa.field("family_name", pa.string()),
        pa.field("name_suffix", pa.string()),
        pa.field("previous_family_name", pa.string()),
        pa.field("date_of_birth", pa.string()),  # EDTF: 1985-03-27, 1985-03-XX, XXXX-01-XX
        pa.field("date_of_birth_flags", pa.string()),  # comma-separated: january_first, default, future, ...
        pa.field("date_of_death", pa.string()),
        pa.field("sex", pa.string()),  # F, M
        pa.field("ethnicity", pa.string()),
        pa.field("address", pa.string()),  # the whole address, upper case, without the postcode
        pa.field("flat", pa.string()),  # "2A", "12", "GROUND FLOOR"
        pa.field("house_number", pa.string()),  # "12", "12A", "12-14", or the building's name
        pa.field("street", pa.string()),
        pa.field("locality", pa.string()),  # what follows the street
        pa.field("postcode", pa.string()),  # "IG11 8AA"; another country's code as it is written
        pa.field("uprn", pa.string()),  # digits, no leading zeros
        pa.field("phone", pa.string()),  # E.164
        pa.field("mobile", pa.string()),  # E.164
        pa.field("email", pa.string()),  # lower case
        pa.field("nhs_number", pa.string()),  # ten digits, check digit right
        pa.field("nino", pa.string()),
        pa.field("upn", pa.string()),
        pa.field("valid_from", pa.string()),  # ISO dates
        pa.field("valid_to", pa.string()),
    ]
)
