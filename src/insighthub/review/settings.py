"""What a council decides about review: how many pairs are judged twice, and when an answer binds.

Takes what is written under [review] in insighthub.toml, gives a frozen model whose defaults are the careful ones.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ReviewSettings(BaseModel):
    """How doubtful pairs and clusters are reviewed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: str = Field(
        default="linkage_review",
        description="the purpose, by its name in the policy, that records are looked at for in review: the sources "
        "and fields that it lists are what reviewers see, and roles that may choose it review",
    )
    measure: int = Field(
        default=1200,
        ge=0,
        description="pairs drawn to measure precision and recall; they come in random order, so that any number of "
        "answers, from the first on, is a sample",
    )
    teach: int = Field(default=100, ge=0, description="pairs chosen because their labels teach the model most")
    check: int = Field(default=100, ge=0, description="clusters and pairs chosen because something about them is odd")
    twice_share: float = Field(
        default=0.2, ge=0, le=1, description="the share of items that two reviewers judge, neither seeing the other"
    )
    binding: Literal["none", "two", "one"] = Field(
        default="two",
        description="which answers become decisions that the next run keeps to: `none`, those on which `two` "
        "reviewers agree, or also those that `one` alone was asked for",
    )
    on_disagreement: Literal["third", "discussion"] = Field(
        default="third", description="whether a third reviewer is asked where two disagree, or they talk it over"
    )
    show_evidence: Literal["after", "always"] = Field(
        default="after",
        description="when a reviewer sees what the model thinks of a pair that measures: `after` answering, so that "
        "nobody is led, or `always`",
    )
    hold_minutes: int = Field(default=15, ge=1, description="how long an item is kept for the reviewer who took it")
