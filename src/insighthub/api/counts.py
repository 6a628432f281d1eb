"""/api/v1 measures, corrections, quality, sources and runs: figures and facts about data, and no person's data."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from insighthub.api.caller import Moment, SourceName, caller, desk_of
from insighthub.api.problem import PREFIX

router = APIRouter(prefix=PREFIX, tags=["Figures and data"])
_SOURCE = "the name of the source"


class _Body(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Measure(_Body):
    """A measure that your roles may see."""

    name: str = Field(description="its name")
    title: str = Field(description="what it counts, in plain words")
    unit: str = Field(description="what is counted: resident, household or record")
    purpose: str = Field(description="the purpose for which you see it")


class PublishedFigure(_Body):
    """A published figure; null where it is hidden, or is no share."""

    by: str = Field(description="what it is broken down by; none: the whole")
    group: str = Field(description="the group")
    month: dt.date | None = Field(description="the month that it is of, where it is a series")
    numerator: int | None = Field(description="how many are counted, rounded")
    denominator: int | None = Field(description="of how many, rounded")
    share: float | None = Field(description="of the rounded counts, from 0 to 1")
    per_thousand: float | None = Field(description="of the rounded counts, where it is no share")
    told: str = Field(description="new, as before, not updated, or hidden")


class MeasureFigures(Measure):
    """A measure with its figures, after disclosure control."""

    release: str = Field(description="the release that they are of")
    figures: list[PublishedFigure] = Field(description="the whole first, then group by group")


class CorrectionFigures(_Body):
    """What became of corrections that were proposed to a source."""

    source: str = Field(description=_SOURCE)
    kind: str | None = Field(description="the kind of correction; null for all kinds together")
    proposed: int = Field(description="tickets that are proposed now, and nothing since")
    sent: int = Field(description="sent to the source")
    accepted: int = Field(description="accepted by the source, and not yet seen fixed")
    refused: int = Field(description="refused by the source")
    fixed: int = Field(description="seen fixed in a later delivery")
    withdrawn: int = Field(description="withdrawn, as the evidence changed")
    open: int = Field(description="proposed, sent or accepted")
    records_corrected: int = Field(description="records of which a ticket is fixed")
    median_days_to_fix: float | None = Field(description="days from being proposed to being seen fixed")
    asks_avoided: int = Field(description="times that a service need not ask a resident again")
    asks_avoidable: int = Field(description="times that it need not, once open tickets are taken")


class RuleQuality(_Body):
    """How many rows keep one rule in one field."""

    field: str = Field(description="the field; record: of records as a whole")
    rule: str = Field(description="complete, valid, consistent, timely or unique")
    rows: int = Field(description="rows that were asked")
    failed: int = Field(description="rows that do not keep it")
    share: float | None = Field(description="the share that keeps it; null where none was asked")


class SourceQuality(_Body):
    """The quality of one source."""

    source: str = Field(description=_SOURCE)
    records: int = Field(description="how many records it has")
    delivered_on: dt.date | None = Field(description="the day of its last delivery")
    days_since: int | None = Field(description="how many days before the release that was")
    median_age_days: float | None = Field(description="of the days as of which its records speak")
    undated: int = Field(description="records that are dated by nothing")
    changed_in_a_year: float | None = Field(description="share of records that were new or changed in a year")
    rules: list[RuleQuality] = Field(description="by field and rule")


class Source(BaseModel):
    """A source, as its contract has it."""

    source: str = Field(description=_SOURCE)
    owner: str | None = Field(description="whom to ask about the data")
    lawful_basis: str | None = Field(description="the basis under Article 6 of the UK GDPR")
    legal_gateway: str | None = Field(description="the power that lets the data be shared for this")
    special_category: bool = Field(description="whether it tells of health, ethnicity, religion or the like")
    article_9_condition: str | None = Field(description="the condition under Article 9, for special category data")
    schedule_1_condition: str | None = Field(description="the condition in Schedule 1 to the Data Protection Act 2018")
    retention_months: int | None = Field(description="for how many months it may be kept")
    closed: bool = Field(description="whether nobody may use it for now")
    records: int | None = Field(description="how many records it has in the release; null: not read yet")
    delivered_on: dt.date | None = Field(description="the day of its last delivery")


class Run(_Body):
    """A run of the hub."""

    run_id: str = Field(description="its id, which is the release's id where it was published")
    as_of: dt.date = Field(description="the day that it is for")
    started_at: Moment = Field(description="when it began, in UTC")
    finished_at: Moment | None = Field(description="when it ended")
    status: str = Field(description="building, published, stopped or failed")
    kind: str = Field(description="full, or of changes")
    model: str | None = Field(description="the model that it linked by")
    base: str | None = Field(description="the run whose release it began from")
    reason: str | None = Field(description="why it was stopped, or failed")


@router.get("/measures", summary="The measures that you may see")
def measures(request: Request) -> list[Measure]:
    """Return the measures of the published release, by title."""
    return [Measure.model_validate(one) for one in desk_of(request).figures(caller(request)).measures()]


@router.get("/measures/{name}", summary="The figures of a measure")
def measure(
    request: Request, name: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="its name")]
) -> MeasureFigures:
    """Return a measure's figures after disclosure control: what is hidden stays hidden, and counts are rounded."""
    shown = desk_of(request).figures(caller(request)).measure(name)
    line = shown.line
    return MeasureFigures(
        name=line.name,
        title=line.title,
        unit=line.unit,
        purpose=line.purpose,
        release=shown.run_id,
        figures=[PublishedFigure.model_validate(row) for row in shown.rows],
    )


@router.get("/corrections", summary="What became of corrections, by source")
def corrections(request: Request, source: SourceName = None) -> list[CorrectionFigures]:
    """Return counts of tickets: of each source, then of each source and kind."""
    found = desk_of(request).programs(caller(request)).corrections(source)
    return [CorrectionFigures.model_validate(one) for one in found]


@router.get("/quality", summary="How good the data of each source is")
def quality(request: Request, source: SourceName = None) -> list[SourceQuality]:
    """Return the scorecard of each source, field by field and rule by rule."""
    return [SourceQuality.model_validate(one) for one in desk_of(request).programs(caller(request)).quality(source)]


@router.get("/sources", summary="The sources, and by which right they are used")
def sources(request: Request) -> list[Source]:
    """Return the sources that have a contract."""
    return [
        Source(
            source=one.contract.name,
            **{name: getattr(one.contract, name) for name in _OF_CONTRACT},
            closed=one.closed,
            records=one.records,
            delivered_on=one.delivered_on,
        )
        for one in desk_of(request).programs(caller(request)).sources()
    ]


@router.get("/runs", summary="The runs of the hub")
def runs(
    request: Request, limit: Annotated[int, Query(ge=1, le=1000, description="how many at most")] = 50
) -> list[Run]:
    """Return runs, newest first."""
    return [Run.model_validate(one) for one in desk_of(request).programs(caller(request)).runs(limit=limit)]


_OF_CONTRACT = (
    "owner",
    "lawful_basis",
    "legal_gateway",
    "special_category",
    "article_9_condition",
    "schedule_1_condition",
    "retention_months",
)
