"""What people may do in a hub: every action that a role may allow."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Something that a role may, or may not, do. What no role allows, nobody does."""

    FIND_RESIDENTS = "find_residents"
    SEE_PICTURE = "see_picture"
    WRITE_NOTE = "write_note"
    WRITE_WARNING = "write_warning"
    DECIDE_IDENTITY = "decide_identity"
    PROPOSE_CORRECTION = "propose_correction"
    BREAK_GLASS = "break_glass"
    REVIEW_PAIRS = "review_pairs"
    SEE_RUNS = "see_runs"
    SEE_QUALITY = "see_quality"
    SEE_CORRECTIONS = "see_corrections"
    ANSWER_CORRECTIONS = "answer_corrections"
    SEE_SOURCES = "see_sources"
    TRY_SOURCE = "try_source"
    SEE_AUDIT = "see_audit"
    REVIEW_ALERTS = "review_alerts"
    PROPOSE_POLICY = "propose_policy"
    APPROVE_POLICY = "approve_policy"
    SUBJECT_REQUESTS = "subject_requests"
    APPLY_RETENTION = "apply_retention"
    SEE_PAPERS = "see_papers"
    SEE_LEADERS = "see_leaders"
    SEE_POPULATION = "see_population"
    SEE_PLACES = "see_places"
    RELEASE_FIGURES = "release_figures"
    USE_PSEUDONYMS = "use_pseudonyms"
    REIDENTIFY = "reidentify"
    MANAGE_USERS = "manage_users"


#: Actions that touch one person's data in the index: each is done for a purpose, or not at all.
OF_A_PERSON = frozenset(
    {
        Action.FIND_RESIDENTS,
        Action.SEE_PICTURE,
        Action.WRITE_NOTE,
        Action.WRITE_WARNING,
        Action.DECIDE_IDENTITY,
        Action.PROPOSE_CORRECTION,
        Action.REVIEW_PAIRS,
    }
)

#: Each action in an officer's words: what a refusal, a page of roles and an audit line call it.
WORDS: dict[Action, str] = {
    Action.FIND_RESIDENTS: "look for residents",
    Action.SEE_PICTURE: "see what is held of a resident",
    Action.WRITE_NOTE: "write a note on a resident",
    Action.WRITE_WARNING: "write a warning on a resident",
    Action.DECIDE_IDENTITY: "decide who is who",
    Action.PROPOSE_CORRECTION: "propose a correction",
    Action.BREAK_GLASS: "break the glass",
    Action.REVIEW_PAIRS: "review doubtful pairs",
    Action.SEE_RUNS: "see runs and models",
    Action.SEE_QUALITY: "see the quality of data",
    Action.SEE_CORRECTIONS: "see corrections",
    Action.ANSWER_CORRECTIONS: "answer corrections",
    Action.SEE_SOURCES: "see sources",
    Action.TRY_SOURCE: "try a new file of a source",
    Action.SEE_AUDIT: "see who looked at whom",
    Action.REVIEW_ALERTS: "review alerts",
    Action.PROPOSE_POLICY: "propose a change of the policy",
    Action.APPROVE_POLICY: "approve a change of the policy",
    Action.SUBJECT_REQUESTS: "answer requests of residents",
    Action.APPLY_RETENTION: "apply retention",
    Action.SEE_PAPERS: "see the papers",
    Action.SEE_LEADERS: "see the borough at a glance",
    Action.SEE_POPULATION: "see who the residents are, in figures",
    Action.SEE_PLACES: "see the evidence about places, in figures",
    Action.RELEASE_FIGURES: "release figures",
    Action.USE_PSEUDONYMS: "use pseudonymised data",
    Action.REIDENTIFY: "approve going back from a pseudonym to a person",
    Action.MANAGE_USERS: "manage users",
}
