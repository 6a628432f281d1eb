"""Splink 5's settings file: read into our form of model, and written from it.

Takes what Splink's ``save_model_to_json`` wrote, gives a ``ModelFile`` of two kinds of pair, matches and unrelated
ones, whose comparisons are Splink's conditions. Where a probability is wanting, Splink falls back on a default of its
own, and so do we: the weights are the same. What says how to train and block is no part of the model, and is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

import insighthub
from insighthub.errors import DataError
from insighthub.linkage.em import CLASSES, M
from insighthub.linkage.exchange.sql_levels import columns_of, exact_columns, is_else, parsed
from insighthub.linkage.model_schema import FORMAT, ComparisonPart, ModelFile, SqlLevel, SqlRarity

#: What Splink's classes write for a level that training never saw, and what it then takes the probability to be.
_NOT_OBSERVED = "level not observed in training dataset"
_NOT_OBSERVED_SHARE = 1e-6
_REMEDY = "Give the settings that Splink 5 saved with save_model_to_json"


def _observed(value: Any) -> Any:
    return _NOT_OBSERVED_SHARE if value == _NOT_OBSERVED else value


Probability = Annotated[float | None, BeforeValidator(_observed), Field(ge=1e-300, le=1)]


class _Level(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sql_condition: str = Field(min_length=1)
    label_for_charts: str | None = None
    is_null_level: bool = False
    m_probability: Probability = None
    u_probability: Probability = None
    fix_m_probability: bool = False
    fix_u_probability: bool = False
    tf_adjustment_column: str | None = None
    tf_adjustment_weight: float = 1.0
    tf_minimum_u_value: float = Field(default=0.0, ge=0, le=1)
    disable_tf_exact_match_detection: bool = False


class _Comparison(BaseModel):
    model_config = ConfigDict(extra="forbid")

    output_column_name: str | None = None
    comparison_description: str | None = None
    comparison_levels: list[_Level] = Field(min_length=1)


class _Settings(BaseModel):
    probability_two_random_records_match: float = Field(default=0.0001, gt=0, lt=1)
    comparisons: list[_Comparison] = Field(min_length=1)
    sql_dialect: str = "duckdb"


def is_splink(content: dict[str, Any]) -> bool:
    """Whether a JSON object is Splink's settings."""
    return "comparisons" in content and "format" not in content and bool({"link_type", "sql_dialect"} & set(content))


def from_splink(content: dict[str, Any], path: Path | None = None) -> ModelFile:
    """Turn Splink's settings into our form.

    Args:
        content: the JSON object.
        path: where it was read from, for messages.

    Raises:
        DataError: it does not fit, or a condition cannot be used here.
    """
    try:
        settings = _Settings.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"these settings of Splink cannot be used: {first['msg'].lower()}", remedy=_REMEDY, file=path, column=key
        ) from None
    match = settings.probability_two_random_records_match
    classes = dict.fromkeys(CLASSES, 0.0) | {CLASSES[M]: match, CLASSES[-1]: 1 - match}
    comparisons = []
    for number, comparison in enumerate(settings.comparisons, start=1):
        try:
            comparisons.append(_part(comparison, settings.sql_dialect))
        except ValueError as error:
            name = comparison.output_column_name or f"comparison {number}"
            raise DataError(
                f"a comparison of these settings cannot be used: {error}", remedy=_REMEDY, file=path, column=name
            ) from None
    try:
        return ModelFile(format=FORMAT, version=insighthub.__version__, classes=classes, comparisons=comparisons)
    except ValidationError as error:
        what = error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, ")
        raise DataError(f"these settings of Splink do not hold together: {what}", remedy=_REMEDY, file=path) from None


def default_m(levels: int) -> list[float]:
    """Return what Splink takes m to be where it is not given, strongest level first."""
    return [0.95] + [(1 - 0.95) / (levels - 1)] * (levels - 1)


def default_u(levels: int) -> list[float]:
    """Return what Splink takes u to be where it is not given, strongest level first.

    The weights go from 10 at the strongest, and 3 at the next, evenly down to -5 at the weakest.
    """
    step = 8 / (levels - 2) if levels > 2 else 0.0
    weights = [10.0] + [-5 + step * (levels - 2 - i) for i in range(levels - 1)]
    return [m / 2.0**w for m, w in zip(default_m(levels), weights, strict=True)]


def _part(comparison: _Comparison, dialect: str) -> ComparisonPart:
    conditions = [_in_duckdb(level.sql_condition, dialect) for level in comparison.comparison_levels]
    shown = [(level, when) for level, when in zip(comparison.comparison_levels, conditions, strict=True)]
    ranked = [(level, when) for level, when in shown if not level.is_null_level]
    if len(ranked) < 2:
        raise ValueError("it has fewer than two levels beside the null level")
    m, u = default_m(len(ranked)), default_u(len(ranked))
    for place, (level, _) in enumerate(ranked):
        m[place] = m[place] if level.m_probability is None else level.m_probability
        u[place] = u[place] if level.u_probability is None else level.u_probability
    places = {id(level): place for place, (level, _) in enumerate(ranked)}
    return ComparisonPart(
        name=(comparison.output_column_name or _default_name(conditions)).replace(" ", "_"),
        levels=[level.label_for_charts or when for level, when in ranked],
        m=m,
        u=u,
        follows={name: "m" if name == CLASSES[M] else "u" for name in CLASSES},
        sql=[SqlLevel(level=places.get(id(level), -1), when=when) for level, when in shown],
        rarity=[
            SqlRarity(
                level=place,
                field=_plain_column(level.tf_adjustment_column),
                weight=level.tf_adjustment_weight,
                least_share=level.tf_minimum_u_value,
                u=u[place] if level.disable_tf_exact_match_detection else _u_of_equality(level, ranked, u),
            )
            for place, (level, when) in enumerate(ranked)
            if level.tf_adjustment_column and level.tf_adjustment_weight != 0 and not is_else(when)
        ],
    )


def _in_duckdb(condition: str, dialect: str) -> str:
    if is_else(condition):
        return condition
    tree = parsed(condition, dialect)
    return condition if dialect == "duckdb" else tree.sql(dialect="duckdb")


def _default_name(conditions: Sequence[str]) -> str:
    columns = list(dict.fromkeys(c for when in conditions for c in columns_of(when)))
    return columns[0] if len(columns) == 1 else f"custom_{'_'.join(columns)}"


def _plain_column(name: str | None) -> str:
    plain = (name or "").strip().strip('"`')
    if not plain or any(mark in plain for mark in '()[]"`'):
        raise ValueError("a term frequency column is no plain column")
    return plain


def _u_of_equality(level: _Level, ranked: Sequence[tuple[_Level, str]], u: Sequence[float]) -> float:
    """Return the u of the first level that asks for equality on the term frequency column and nothing else."""
    wanted = [_plain_column(level.tf_adjustment_column).lower()]
    for place, (_, when) in enumerate(ranked):
        if exact_columns(when) == wanted:
            return u[place]
    raise ValueError(f"no level asks for equality on its term frequency column {wanted[0]}")


def to_splink(file: ModelFile) -> dict[str, Any]:
    """Write a model that came from Splink as Splink's settings again."""
    return settings_of(file.classes[CLASSES[M]], [_comparison(part) for part in file.comparisons])


def settings_of(match: float, comparisons: list[dict[str, Any]], rules: Sequence[str] = ()) -> dict[str, Any]:
    """Return Splink's settings around comparisons.

    Args:
        match: share of all pairs that match.
        comparisons: in Splink's form.
        rules: conditions on ``l`` and ``r`` by which pairs are found.
    """
    return {
        "link_type": "dedupe_only",
        "probability_two_random_records_match": match,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "additional_columns_to_retain": [],
        "sql_dialect": "duckdb",
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in rules],
        "comparisons": comparisons,
    }


def _comparison(part: ComparisonPart) -> dict[str, Any]:
    rarity = {r.level: r for r in part.rarity}
    levels = []
    for case in part.sql:
        if case.level < 0:
            levels.append({"sql_condition": case.when, "label_for_charts": "Null", "is_null_level": True})
            continue
        level: dict[str, Any] = {
            "sql_condition": case.when,
            "label_for_charts": part.levels[case.level],
            "m_probability": part.m[case.level],
            "u_probability": part.u[case.level],
        }
        if case.level in rarity:
            found = rarity[case.level]
            level |= {
                "tf_adjustment_column": found.field,
                "tf_adjustment_weight": found.weight,
                "tf_minimum_u_value": found.least_share,
                "disable_tf_exact_match_detection": found.u == part.u[case.level],
            }
        levels.append(level)
    return {"output_column_name": part.name, "comparison_description": part.name, "comparison_levels": levels}
