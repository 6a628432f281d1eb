"""Our model for Splink 5: two kinds of pair, from five.

Takes a model of ours, gives Splink's settings. m stays as it is; u becomes the mean over the other four kinds, each
weighing what its share of all pairs is; the prior is the share of matches. So Splink, which knows no families and no
namesakes, takes each comparison by itself as our model does, but not their going together: that is what it loses.

Where agreeing on a rare value says more, Splink's term frequencies do what ours do. The settings are for the table
that ``splink_records`` gives, since our levels look at more than the standard columns.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.em import CLASSES, M, class_levels
from insighthub.linkage.encode import Encoded
from insighthub.linkage.exchange.level_sql import LevelSql, level_sql
from insighthub.linkage.exchange.own_model import OwnModel
from insighthub.linkage.exchange.record_columns import column, column_names
from insighthub.linkage.exchange.splink_settings import settings_of, to_splink
from insighthub.linkage.exchange.sql_levels import columns_of
from insighthub.linkage.model_schema import ModelFile

Array = npt.NDArray[np.float64]

#: Pairs that agree on all columns of one of these are looked at, where the model compares them.
_BLOCKING = (
    ("given_name", "family_name"),
    ("family_name", "date_of_birth"),
    ("given_name", "date_of_birth"),
    ("postcode", "given_name"),
    ("postcode", "family_name"),
    ("postcode", "date_of_birth"),
    ("dwelling", "given_initial"),
    ("given_sound", "family_sound"),
    ("email",),
    ("mobile",),
    ("phone",),
    ("nhs_number",),
    ("nino",),
    ("upn",),
)


def splink_settings(file: ModelFile, path: Path | None = None) -> dict[str, Any]:
    """Return a model as Splink 5's settings, ready for JSON.

    Args:
        file: the model; one that came from Splink goes back as it came.
        path: where it was read from, for messages.

    Raises:
        DataError: a comparison of the model is not one of this version's.
    """
    if file.in_sql:
        return to_splink(file)
    model = OwnModel.of(file, path)
    u = folded_u(model)
    said = [k for k, comparison in enumerate(model.comparisons) if not comparison.of_others]
    comparisons = [_comparison(model, k, u[k], path) for k in said]
    named = {
        c for made in comparisons for level in made["comparison_levels"] for c in columns_of(level["sql_condition"])
    }
    rules = [" AND ".join(f"l.{c} = r.{c}" for c in fields) for fields in _BLOCKING if set(fields) <= named]
    return settings_of(float(model.parameters.sizes[M]), comparisons, rules)


def folded_u(model: OwnModel) -> list[Array]:
    """Return, for each comparison, the share at each level among all pairs that do not match."""
    others = [c for c in range(len(CLASSES)) if c != M]
    sizes = model.parameters.sizes[others]
    out = []
    for k in range(len(model.comparisons)):
        tables = np.stack([class_levels(model.parameters, model.comparisons, c, k) for c in others])
        share = sizes @ tables / sizes.sum()
        out.append(share / share.sum())
    return out


def left_out(file: ModelFile) -> list[str]:
    """Return what Splink, which looks at two records and at each comparison by itself, cannot make of a model."""
    parts = () if file.in_sql else OwnModel.of(file).comparisons
    shifts = 0 if file.labels is None else len(file.labels.shifts)
    told = (
        [f"labels: {shifts} shifts of weights left out, since they bear on all comparisons at once"] if shifts else []
    )
    return told + [
        f"{comparison.name}: left out, since it looks at other records too"
        for comparison in parts
        if comparison.of_others
    ]


def approximate_levels(settings: dict[str, Any]) -> list[str]:
    """Return the levels of exported settings that are not exactly ours: "address: near ..."."""
    return [
        f"{comparison['output_column_name']}: {level['label_for_charts']}"
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if level["label_for_charts"].endswith(_APPROXIMATE)
    ]


_EXACT, _APPROXIMATE = " (exact)", " (approximate)"


def _comparison(model: OwnModel, k: int, u: Array, path: Path | None) -> dict[str, Any]:
    ours = model.comparisons[k]
    try:
        conditions = level_sql(ours)
    except KeyError:
        raise DataError(
            "a comparison of the model cannot be said in SQL",
            remedy="Learn a model without it, or use the model with insighthub link --model",
            file=path,
            column=ours.name,
        ) from None
    differs = dict.fromkeys(c.differs for c in conditions if c.differs)
    words = f"Approximate: {'; '.join(differs)}" if differs else "Exact: every level is that of Insight Hub"
    levels = [_level(model, k, condition, u) for condition in conditions]
    return {"output_column_name": ours.name, "comparison_description": words, "comparison_levels": levels}


def _level(model: OwnModel, k: int, condition: LevelSql, u: Array) -> dict[str, Any]:
    ours = model.comparisons[k]
    if condition.level < 0:
        return {"sql_condition": condition.when, "label_for_charts": "not known (exact)", "is_null_level": True}
    level: dict[str, Any] = {
        "sql_condition": condition.when,
        "label_for_charts": ours.labels[condition.level] + (_APPROXIMATE if condition.differs else _EXACT),
        "m_probability": float(model.parameters.m[k][condition.level]),
        "u_probability": float(u[condition.level]),
    }
    if condition.level == 0 and ours.rarity is not None:
        # The level's own u is what the value's share stands for, as in our model.
        level |= {"tf_adjustment_column": ours.rarity, "disable_tf_exact_match_detection": True}
    return level


def splink_records(data: Encoded) -> pa.Table:
    """Return the records that exported settings are about: ``unique_id`` and every column that a level looks at.

    Args:
        data: coded rows; values that count as not known are not there.
    """
    columns = {"unique_id": pa.array(np.arange(data.n))}
    columns |= {name: column(data, name) for name in column_names(data)}
    return pa.table(columns)
