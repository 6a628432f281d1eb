"""Splink 5 on our person_records, tuned as a careful Splink analyst would tune it for a council's data.

Takes the table that standardisation wrote (so both engines start from the same cleaned values), gives a
``PeerResult``. Only rows without a ``not_linked_reason`` take part. Fields that hold nothing are left out.

Some forty configurations were tried on the fictional borough, with its truth at hand, which a user never has. The
figures in brackets are the F1 at the best threshold there. What was kept, and why:

- **Name**: one comparison of the full name, with term frequencies of the full name or of the part that agrees, and
  levels for swapped names, a previous or double-barrelled family name, and an initial. (.86; two comparisons .85.)
- **Date of birth**: whole dates only; a date with an unknown part, or one that is a known default, is null. Equal
  (with term frequencies, since 1 January is commoner than it should be), day and month swapped, one character wrong,
  within a year, within ten.
- **Household**: one comparison of UPRN, address, postcode, phone and e-mail, because people who share one share the
  others, and Splink's documentation warns against counting correlated evidence twice. This matters most: as three
  comparisons, everybody in a home becomes one person (.68; contacts apart from the place .76).
- **NHS number, NINO, UPN**: equality with term frequencies; one slip allowed in a NINO and a UPN.
- **Left out**: sex, which follows from the name and whose m falls to nothing in training; middle initials (.861 with
  them, .864 without).
- **Blocking**: the pairs of fields that council linkages block on; no rule on one common value alone.
- **Training**: the prior from deterministic rules, u from random pairs, m by expectation maximisation over rules that
  between them leave every comparison free at least once. Term frequencies in training made no difference and took
  longer. A pass over pairs of one date of birth made things worse (.844). Two sizes: ``documented`` is what Splink's
  documentation asks of a final model (u from 1e8 pairs, every pair of a pass); ``quick`` takes 1e7 and at most 5e6,
  which on a million records is three times faster in all and costs .001 of F1.

Values that comparisons need (text of a date, postcode district, coalesced phone) are columns made once a record, not
expressions evaluated once a pair: this is what Splink's performance guide asks for, and it is several times faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.errors import DataError
from insighthub.peer.result import PeerResult
from insighthub.peer.splink_runner import Recipe, require_splink, run_recipe
from insighthub.standardise.schema import OTHER_PREFIX

Training = Literal["documented", "quick"]

_WHOLE_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

#: One row a linkable record; ``unique_id`` is its position. ``$whole`` is the form of a date with every part known.
_PREPARE = """
SELECT
    unique_id,
    given_name, family_name, previous_family_name, given_name || ' ' || family_name AS full_name,
    string_split_regex(family_name, '[ -]') AS family_parts,
    CASE WHEN regexp_matches(date_of_birth, $whole)
          AND NOT regexp_matches(coalesce(date_of_birth_flags, ''), 'default|future')
         THEN date_of_birth END AS dob,
    try_cast(dob AS DATE) AS dob_date,
    dob[1:4] || '-' || dob[9:10] || '-' || dob[6:7] AS dob_swapped,
    uprn, house_number, street, postcode,
    nullif(split_part(postcode, ' ', 1), '') AS postcode_district,
    coalesce(flat, '') || '|' || house_number || '|' || coalesce(postcode, street) AS door,
    uprn IS NOT NULL OR street IS NOT NULL OR postcode IS NOT NULL AS has_place,
    coalesce(mobile, phone) AS phone,
    CASE WHEN mobile <> phone THEN phone END AS other_phone,
    email,
    nhs_number, nino, upn,
    COLUMNS('^other_field_.*')
FROM records
"""


def run_splink(
    records: pa.Table,
    *,
    other_kinds: Mapping[str, str] | None = None,
    threads: int | None = None,
    work_dir: Path | None = None,
    memory_limit: str | None = None,
    training: Training = "quick",
    seed: int | None = 1,
    predict_probability: float = 0.001,
    own_clusters: bool = True,
    keep_pairs: bool = True,
) -> PeerResult:
    """Link person_records with tuned Splink.

    Args:
        records: the person_records table (``insighthub.standardise.schema``).
        other_kinds: kind (text, exact, identifier) of a contract's own fields, by column name; text if not given.
        threads: DuckDB threads; all cores if not given.
        work_dir: where DuckDB may spill.
        memory_limit: DuckDB's limit, such as ``8GB``.
        training: how much to train on; see the head of this module.
        seed: for the sample of random pairs; None is a little faster and not repeatable.
        predict_probability: pairs below are not kept.
        own_clusters: cluster with Splink's own function at 0.95, too.
        keep_pairs: give the scored pairs; without them the run needs less memory.

    Returns:
        Predictions and clusters over the linkable rows, which ``records`` of the result lists.

    Raises:
        RunError: Splink is not installed.
        DataError: the table names nobody, or has too little to compare.
    """
    require_splink()
    linkable = records.filter(pc.is_null(records["not_linked_reason"]))
    if linkable.num_rows < 2:
        raise DataError("fewer than two records can be linked", remedy="Give a table with linkable records")
    table, others = _prepared(linkable)
    filled = {n for n in table.column_names if table[n].null_count < table.num_rows}
    kinds = {f"other_field_{n}": (other_kinds or {}).get(n, "text") for n in others}
    recipe = tuned_recipe(filled, {n: k for n, k in kinds.items() if n in filled}, training)
    recipe = replace(recipe, seed=seed, predict_probability=predict_probability)
    return run_recipe(
        recipe,
        {"person_records": table},
        linkable.select(["source", "record_id", "person"]),
        threads=threads,
        work_dir=work_dir,
        memory_limit=memory_limit,
        own_clusters=own_clusters,
        keep_pairs=keep_pairs,
    )


def _prepared(linkable: pa.Table) -> tuple[pa.Table, list[str]]:
    """Return the table that Splink reads, and the names of the contract's own fields."""
    others = [n for n in linkable.column_names if n.startswith(OTHER_PREFIX)]
    renamed = linkable.rename_columns([n if n not in others else f"other_field_{n}" for n in linkable.column_names])
    source = renamed.append_column("unique_id", pa.array(range(renamed.num_rows), pa.int64()))
    query = _PREPARE if others else _PREPARE.replace("    COLUMNS('^other_field_.*')\n", "")
    with duckdb.connect() as connection:
        connection.register("records", source)
        table: pa.Table = connection.sql(query, params={"whole": _WHOLE_DATE}).to_arrow_table()
    return table, others


def tuned_recipe(filled: set[str], others: Mapping[str, str], training: Training = "quick") -> Recipe:
    """Return the configuration for the columns that hold something.

    Args:
        filled: columns of the prepared table that are not wholly null.
        others: kind of each of the contract's own fields among them.
        training: how much to train on; see the head of this module.

    Raises:
        DataError: fewer than two comparisons can be made, or no blocking rule can be.
    """
    from splink import SettingsCreator

    comparisons = [c for needs, c in _comparisons(filled, others) if needs <= filled]
    identifiers = tuple((n,) for n, kind in others.items() if kind == "identifier")
    blocking = _rules(filled, (*_BLOCKING, *identifiers))
    if len(comparisons) < 2 or not blocking:
        raise DataError("there is too little to compare", remedy="Map at least a name and one other field")
    return Recipe(
        settings=SettingsCreator(
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=blocking,
            comparisons=comparisons,
            retain_matching_columns=False,
            retain_intermediate_calculation_columns=False,
        ),
        deterministic_rules=_rules(filled, (*_DETERMINISTIC, *identifiers)),
        recall=0.7,
        u_max_pairs=1e8 if training == "documented" else 1e7,
        em_rules=_rules(filled, _TRAINING),
        em_max_pairs=None if training == "documented" else 5e6,
        em_without_term_frequencies=True,
        cluster_probability=0.95,
    )


#: Pairs that agree on all columns of one of these are scored.
_BLOCKING = (
    ("given_name", "family_name"),
    ("family_name", "dob"),
    ("given_name", "dob"),
    ("postcode", "family_name"),
    ("postcode", "given_name"),
    ("uprn", "given_name"),
    ("postcode", "dob"),
    ("email",),
    ("phone",),
    ("nhs_number",),
    ("nino",),
    ("upn",),
)

#: Pairs that agree on one of these are nearly all matches, and hold most matches.
_DETERMINISTIC = (
    ("given_name", "family_name", "dob"),
    ("given_name", "family_name", "postcode"),
    ("nhs_number",),
    ("nino",),
    ("upn",),
)

#: One pass of expectation maximisation each; a comparison is learned where its columns are not in the rule.
_TRAINING = (
    ("given_name", "family_name"),
    ("postcode", "family_name"),
    ("postcode", "given_name"),
)


def _rules(filled: set[str], rules: tuple[tuple[str, ...], ...]) -> list[Any]:
    from splink import block_on

    return [block_on(*columns) for columns in rules if set(columns) <= filled]


def _comparisons(filled: set[str], others: Mapping[str, str]) -> list[tuple[set[str], Any]]:
    """Return every comparison with the columns it cannot do without."""
    import splink.comparison_library as cl

    names = {"given_name", "family_name"} & filled
    places = {"uprn", "street", "postcode", "phone", "email"} & filled
    name = _name() if len(names) == 2 else cl.NameComparison(next(iter(names), "family_name"))
    made = [
        (names or {"family_name"}, name),
        ({"dob"}, _date_of_birth()),
        (places or {"postcode"}, _household()),
        ({"nhs_number"}, cl.ExactMatch("nhs_number")),
        ({"nino"}, _identifier("nino")),
        ({"upn"}, _identifier("upn")),
    ]
    return [*made, *(({column}, _other(column, kind)) for column, kind in others.items())]


def _name() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    previous = "family_name_l = previous_family_name_r OR family_name_r = previous_family_name_l"
    initial = "(length(given_name_l) = 1 OR length(given_name_r) = 1) AND given_name_l[1] = given_name_r[1]"
    levels: list[Any] = [
        cll.Or(cll.NullLevel("given_name"), cll.NullLevel("family_name")).configure(is_null_level=True),
        cll.ExactMatchLevel("full_name").configure(tf_adjustment_column="full_name"),
        cll.ColumnsReversedLevel("given_name", "family_name", symmetrical=True),
        cll.CustomLevel(f"given_name_l = given_name_r AND ({previous})", "previous family name"),
        cll.CustomLevel(
            "given_name_l = given_name_r AND list_has_any(family_parts_l, family_parts_r)", "part of the family name"
        ),
        cll.CustomLevel(f"family_name_l = family_name_r AND {initial}", "family name and initial").configure(
            tf_adjustment_column="family_name"
        ),
        *(cll.And(cll.JaroWinklerLevel("given_name", t), cll.JaroWinklerLevel("family_name", t)) for t in (0.92, 0.85)),
        cll.ExactMatchLevel("given_name").configure(tf_adjustment_column="given_name"),
        cll.ExactMatchLevel("family_name").configure(tf_adjustment_column="family_name"),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(levels, output_column_name="full_name")


def _date_of_birth() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels: list[Any] = [
        cll.NullLevel("dob"),
        cll.ExactMatchLevel("dob").configure(tf_adjustment_column="dob"),
        cll.CustomLevel("dob_l = dob_swapped_r", "day and month swapped"),
        cll.LevenshteinLevel("dob", 1),
        cll.CustomLevel("abs(dob_date_l - dob_date_r) <= 366", "within a year"),
        cll.CustomLevel("abs(dob_date_l - dob_date_r) <= 3653", "within ten years"),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(levels, output_column_name="dob")


def _household() -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    property_ = "(uprn_l = uprn_r OR door_l = door_r)"
    contact = """(email_l = email_r OR phone_l = phone_r OR phone_l = other_phone_r OR other_phone_l = phone_r
                  OR other_phone_l = other_phone_r)"""
    unknown = """NOT (has_place_l AND has_place_r) AND (phone_l IS NULL OR phone_r IS NULL)
                 AND (email_l IS NULL OR email_r IS NULL)"""
    levels: list[Any] = [
        cll.CustomLevel(unknown, "not known").configure(is_null_level=True),
        cll.CustomLevel(f"{property_} AND {contact}", "same property and phone or e-mail"),
        cll.CustomLevel(contact, "same phone or e-mail"),
        cll.CustomLevel(property_, "same property"),
        cll.CustomLevel("street_l = street_r AND house_number_l = house_number_r", "same number and street"),
        cll.ExactMatchLevel("postcode").configure(tf_adjustment_column="postcode"),
        cll.ExactMatchLevel("postcode_district"),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(levels, output_column_name="household")


def _identifier(column: str) -> Any:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels: list[Any] = [
        cll.NullLevel(column),
        cll.ExactMatchLevel(column).configure(tf_adjustment_column=column),
        cll.DamerauLevenshteinLevel(column, 1),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(levels, output_column_name=column)


def _other(column: str, kind: str) -> Any:
    import splink.comparison_library as cl

    if kind == "identifier":
        return _identifier(column)
    if kind == "exact":
        return cl.ExactMatch(column).configure(term_frequency_adjustments=True)
    return cl.JaroWinklerAtThresholds(column, [0.92, 0.8]).configure(term_frequency_adjustments=True)
