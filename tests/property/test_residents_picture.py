"""A purpose sees a picture as though there were only its own sources."""

from __future__ import annotations

from dataclasses import asdict

from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.errors import RunError
from tests.examples import examples
from tests.unit.residents.seen import SOURCES, purpose, release, see
from tests.unit.residents.written import Written, dwelling, said

_DAYS = st.sampled_from([None, "2015-02-01", "2019-06-01", "2024-03-01"])


@st.composite
def _records(draw: st.DrawFn) -> list[Written]:
    """Return records whose every value says which source it is of, but for those that two sources may share."""
    out = []
    for resident in "AB":
        for source in draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=4, unique=True)):
            ending = source[:2].upper()
            begins, ends = draw(_DAYS), draw(_DAYS)
            fact = draw(_DAYS)
            out.append(
                said(
                    resident, source,
                    given_name=draw(st.sampled_from(["ADA", f"ADA{ending}", "A"])),
                    family_name=draw(st.sampled_from(["STONE", f"STONE{ending}"])),
                    previous_family_name=draw(st.sampled_from([None, f"FLINT{ending}"])),
                    date_of_birth=draw(st.sampled_from(["1980-05-06", "1980-XX-XX", "2012-05-06"])),
                    date_of_death=draw(st.sampled_from([None, None, "2026-01-02"])),
                    title=draw(st.sampled_from([None, "MRS"])),
                    mobile=draw(st.sampled_from([None, "+447911123456"])),
                    nino=draw(st.sampled_from([None, "QQ123456C", "QQ123457C"])),
                    valid_from=begins, valid_to=ends if begins and ends and ends > begins else None,
                    facts=[("event", f"met_{source}", fact, None)] if fact else (),
                    **dwelling(draw(st.sampled_from([9, 12, 30]))),
                )
            )  # fmt: skip
    return out


@settings(max_examples=examples(12), deadline=None)
@given(_records(), st.sets(st.sampled_from(SOURCES), min_size=1, max_size=4))
def test_a_forbidden_source_leaves_no_trace(records: list[Written], sources: set[str]) -> None:
    why = purpose(*sorted(sources), identifiers=True)
    allowed = [one for one in records if one.source in sources]
    with release(records) as whole, release(allowed) as own:
        for resident in "AB":
            seen, expected = [], []
            for db, out in ((whole, seen), (own, expected)):
                try:
                    out.append(asdict(see(db, resident, why)))
                except RunError as error:
                    out.append(str(error))
            assert seen == expected
            # Whatever else, nothing that only a forbidden source says is written anywhere in it.
            for source in set(SOURCES) - sources:
                told = str([{k: v for k, v in one.items() if k != "not_allowed"} if isinstance(one, dict) else one
                            for one in seen])  # fmt: skip
                assert source not in told
                assert f"STONE{source[:2].upper()}" not in told
                assert f"FLINT{source[:2].upper()}" not in told
