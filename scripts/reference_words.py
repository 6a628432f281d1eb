"""What each column and each entry of the output files means, in words.

Takes nothing, gives tables of words for the reference. The code says which columns there are; a test holds the two
together, so that neither a new column nor an old description goes unseen.
"""

#: Columns of ``person_records``: what standardisation writes and linkage reads.
PERSON_RECORDS = {
    "source": "the source's name in the contract",
    "record_id": "the record's own number; several columns of a record id are joined",
    "person": "1, 2, ... for the people that one record names",
    "role": "`main`, or the role of a further person in the contract",
    "not_linked_reason": "why this row is kept and never linked; empty where it is linked",
    "title": "Mr, Ms, Dr",
    "given_name": "first name: upper case, no accents, letters and single spaces",
    "middle_names": "further given names or initials, written like the first",
    "family_name": "surname, written like the first name",
    "name_suffix": "JR, SR and the like, which part father and son",
    "previous_family_name": "maiden or former surname",
    "date_of_birth": "as far as it is known: `1985-03-27`, `1985-03-XX`, `1985-XX-XX`, `XXXX-01-XX` (EDTF)",
    "date_of_birth_flags": "what is doubtful about it, comma-separated: `default`, `future`, `impossible`, "
    "`january_first`, `month_first`, `two_digit_year`, `unreadable`",
    "date_of_death": "written like the date of birth",
    "sex": "`F` or `M`; empty where it is not known or is another",
    "ethnicity": "as recorded",
    "address": "the whole address without the postcode, upper case",
    "flat": "`2A`, `12`, `GROUND FLOOR`",
    "house_number": "`12`, `12A`, `12-14`, or the building's name",
    "street": "the street's name",
    "locality": "what follows the street",
    "postcode": "`IG11 8AA`; another country's code as it is written",
    "uprn": "unique property reference number: digits, no leading zeros",
    "phone": "in international form: `+442079460000`",
    "mobile": "in international form",
    "email": "lower case",
    "nhs_number": "ten digits with a right check digit",
    "nino": "National Insurance number in its right form",
    "upn": "unique pupil number with a right check letter",
    "valid_from": "the date from which the record held, as `2026-03-05`",
    "valid_to": "the date until which the record held",
}

LINKS = {
    "source": "the source's name in the contract",
    "record_id": "the record's own number",
    "person": "which of the people that the record names, counted from 1",
    "cluster_id": "the person behind the record; empty where the row names no person or is never linked",
}

#: Columns of ``pairs.parquet`` and ``against.parquet``; those in angle brackets once for each comparison.
PAIRS = {
    "source_l": "source of the one record",
    "record_id_l": "number of the one record",
    "person_l": "which of the people that it names",
    "source_r": "source of the other record",
    "record_id_r": "number of the other record",
    "person_r": "which of the people that it names",
    "match_weight": "the evidence that the two are one person, in bits: log2 of its odds",
    "match_probability": "the same as a probability",
    "level_<comparison>": "the level of each comparison: 0 the strongest agreement, -1 not known",
    "rarity_<comparison>": "where the pair agrees on a value (level 0): bits that its rarity speaks for a match, less "
    "than nought for a common value",
    "rarity_full_name": "where both names agree: bits that the full name's rarity speaks against namesakes",
}

IDENTIFIERS = {
    "source": "the source's name in the contract",
    "record_id": "the record's own number",
    "person": "which of the people that the record names, counted from 1",
    "identifier": "a number that stands for the NHS number: rows with the same one have the same",
}

#: Columns of ``groups.parquet``: coarse groups, and nothing that a person can be known by.
GROUPS = {
    "source": "the source's name in the contract",
    "record_id": "the record's own number",
    "person": "which of the people that the record names, counted from 1",
    "sex": "`female` or `male`; empty where it is not known or is another",
    "age_band": "`under 16`, `16 to 24`, `25 to 44`, `45 to 64`, `65 and over`, on the day of the run; empty where the "
    "date of birth is not known or doubtful",
    "area": "the first half of the postcode, which some thousands of homes share; empty for any other code",
}

#: Entries of ``evaluation.json``.
EVALUATION = {
    "format": "the name and version of this form of file",
    "records": "records of the truth",
    "entities": "people behind them",
    "clusters": "clusters that they are in",
    "pairwise": "precision, recall and F1 over pairs of records, each with its 95% interval",
    "b_cubed": "the same averaged over records",
    "by_source_pair": "true links, found links and scores of each pair of sources",
    "groups": "for each way of grouping: error rates of each group of ten people or more with intervals, the rate of "
    "everybody else, and whether the two differ beyond chance; `hidden` is how many groups are not shown",
    "households": "in how many households two people ended in one cluster; null where the truth has no households",
    "calibration": "expected calibration error, Brier score, and the bins behind them; null where the truth knows no "
    "compared pair",
}

#: Columns of ``unlikely_pairs.parquet`` beside those that name and weigh a pair.
UNLIKELY = {
    "stands_for": "how many pairs of about this weight each stands for",
}

#: Columns of the sheet that ``insighthub sample`` writes, beside those that name a pair.
SHEET = {
    "label": "to be filled in: `match`, `not` or `cannot say`",
    "stratum": "the group of pairs that it was drawn from",
    "stratum_pairs": "how many pairs that group stands for",
    "inclusion_probability": "how likely it was to be drawn; empty where the pair was chosen to teach and not drawn",
}

QUARANTINE = {
    "source": "the source's name in the contract",
    "file": "the file that delivered the row",
    "row": "its line or sheet row, counted from 1 as a person would count",
    "column": "the column at fault, where one is",
    "reason": "why it was not landed",
    "raw": "the start of the row as it was delivered: keep this file as carefully as the data",
}

#: What SQL conditions may name beside the columns of the person records: worked out from them.
RECORD_COLUMNS = {
    "unique_id": "number of the row, from 0; Splink needs it, and a condition cannot name it",
    "address_words": "the words of the address in the order of the alphabet",
    "birth_date": "date of birth where all of it is known",
    "birth_day": "month and day of birth where both are known, as in `07-31`",
    "birth_year": "year of birth where all of it is known",
    "birth_year_known": "year of birth as a number",
    "birth_month_known": "month of birth as a number",
    "birth_day_known": "day of birth as a number",
    "dwelling": "number of the home: one flat, house number and postcode",
    "street_dwelling": "number of the home: one flat, house number and street",
    "family_initial": "first letter of the family name",
    "family_other_forms": "list: halves of a double-barrelled name, the halves swapped, and as one word",
    "family_prefix": "first four letters of the family name",
    "family_short_forms": "list: short forms of the family name, were it a given name",
    "family_sound": "how the family name sounds; spellings of one name share it",
    "given_initial": "first letter of the given name",
    "given_prefix": "first three letters of the given name",
    "given_short_forms": "list: short forms of the given name, such as `BOB`",
    "given_sound": "how the given name sounds",
    "middle_first": "the first of the middle names, of those who have one",
    "middle_initial": "first letter of the first middle name",
    "middle_name": "the first of the middle names",
    "record": "number of the record; people whom one record names share it",
    "sector": "the postcode without its last two letters",
    "born_day": "the date of birth, in days; the middle of what is not known of it",
    "valid_from_day": "the date from which the record held, in days",
    "valid_to_day": "the date until which the record held, in days",
}

FILES = {
    "links.parquet": "who is who: one row for every person that an input record names",
    "pairs.parquet": "the evidence: the pairs of records that may be one person, with their weights",
    "groups.parquet": "sex, age band and area of each record, to compare error rates by; see [Check fairness]"
    "(../how-to/check-fairness.md)",
    "against.parquet": "the evidence against: pairs too unlikely for `pairs.parquet` that clusters rest on all the "
    "same, because other records join the two; columns as there",
    "identifiers.parquet": "which records hold a valid NHS number, and which of them the same: a person has one",
    "unlikely_pairs.parquet": "a sample of the compared pairs too unlikely for `pairs.parquet`, to tell what is missed",
    "quarantine.parquet": "the rows that were not landed, with the reason for each",
    "model.json": "what was learned: sizes, m and u of every level, and how common the common values are",
    "report.html": "how good the match is, on one page; see [Read the report](../how-to/read-the-report.md)",
    "run.json": "these files with their sizes and SHA-256 sums, written last: a folder without it is not whole",
}

#: Files that a run with a truth writes beside them.
FILES_OF_A_TRUTH = {
    "evaluation.json": "with `--truth` alone: how good the links are, in all and by group, as figures",
}
