"""What the figures count, and what counts as a resident who need not be asked."""

from datetime import date, timedelta

import pytest

from insighthub.corrections.figures import Outcome, asks, figures

DAY = date(2026, 6, 1)


def outcome(status="proposed", *, source="libraries", record="L1", resident="R1", field="address", **more):
    """Return a ticket as figures see it; ``days`` after it was proposed it was closed."""
    days, avoids = more.pop("days", None), more.pop("avoids_asking", True)
    closed = None if days is None else DAY + timedelta(days)
    return Outcome(source, record, resident, more.pop("kind", "moved"), field, status, DAY, closed, avoids)


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("proposed", (0, 1)), ("sent", (0, 1)), ("accepted", (1, 0)), ("fixed", (1, 0)), ("refused", (0, 0)),
        ("withdrawn", (0, 0)),
    ],
)  # fmt: skip
def test_an_ask_is_avoided_once_it_is_accepted_or_fixed_and_avoidable_while_it_is_open(status, found):
    assert asks([outcome(status)]) == found


def test_a_service_asks_once_however_many_of_its_records_are_behind():
    assert asks([outcome("fixed"), outcome("sent", record="L2")]) == (1, 0)
    assert asks([outcome(), outcome(record="L2")]) == (0, 1)


def test_each_service_each_resident_and_each_field_is_an_ask_of_its_own():
    more = [outcome(), outcome(source="benefits"), outcome(resident="R2"), outcome(field="date_of_birth")]
    assert asks(more) == (0, 4)


def test_a_refused_ask_is_avoidable_again_while_another_is_open():
    assert asks([outcome("refused"), outcome("proposed", record="L2")]) == (0, 1)


def test_what_nobody_would_ask_a_resident_is_no_ask():
    assert asks([outcome("fixed", field="uprn", kind="missing_uprn", avoids_asking=False)]) == (0, 0)


def test_figures_of_everything_then_of_sources_then_of_sources_and_kinds():
    found = figures(
        [
            outcome("fixed", days=10),
            outcome("fixed", record="L2", resident="R2", days=20),
            outcome("fixed", record="L2", resident="R2", days=60, kind="birth_date", field="date_of_birth"),
            outcome("accepted", record="L3", resident="R3"),
            outcome("refused", source="benefits", record="B1"),
        ]
    )
    assert [(f.source, f.kind) for f in found] == [
        (None, None), ("benefits", None), ("libraries", None), ("benefits", "moved"), ("libraries", "birth_date"),
        ("libraries", "moved"),
    ]  # fmt: skip
    everything = found[0]
    assert (everything.fixed, everything.accepted, everything.refused, everything.open) == (3, 1, 1, 1)
    assert everything.records_corrected == 2
    assert everything.median_days_to_fix == 20
    assert (everything.asks_avoided, everything.asks_avoidable) == (4, 0)
    assert found[1].median_days_to_fix is None


def test_without_tickets_everything_is_nought():
    (everything,) = figures([])
    assert (everything.open, everything.records_corrected, everything.asks_avoided) == (0, 0, 0)
