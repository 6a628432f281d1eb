"""Policies made at random, odder than any council would agree: roles that write and may not look, purposes that see one
field, locked and special sources named one by one.
"""

from insighthub.governance.actions import Action
from insighthub.governance.fields import all_but_identifiers

SOURCES = (
    "benefits",
    "housing_rents",
    "libraries",
    "parking_permits",
    "adult_social_care",
    "homelessness",
    "electoral_register",
    "council_tax",
    "school_pupils",
)
FACTS = ("benefit_award_a_week", "rent_balance", "adult_social_care_service", "parking_permit")
#: Somebody must be able to change the policy ever after.
KEEPER = '[[role]]\nname = "keeper"\ntitle = "Keeper"\nmay = ["propose_policy", "approve_policy"]\n'


def odd_policy(dice, purposes=4, roles=5):
    """Return the text of a policy that a random generator makes; the first purpose is the one that measures allow."""
    names = ["policy", *(f"purpose_{n}" for n in range(1, purposes))]
    parts = [_purpose(dice, name) for name in names]
    parts += [_role(dice, f"role_{n}", names) for n in range(roles)]
    return "\n".join([*parts, KEEPER])


def _some(dice, options, share):
    return [one for one in options if dice.random() < share]


def _purpose(dice, name):
    named = _some(dice, [s for s in SOURCES if s != "electoral_register"], 0.5) or ["benefits"]
    fields = ["*"] if dice.random() < 0.2 else _some(dice, list(map(str, all_but_identifiers())), 0.6)
    lines = {
        "name": name,
        "title": f"Purpose {name}",
        "basis": "a test",
        "sources": ["*"] if dice.random() < 0.3 else named,
        "statutory_sources": ["electoral_register"] if dice.random() < 0.3 else [],
        "fields": fields,
        "facts": ["*"] if dice.random() < 0.5 else _some(dice, FACTS, 0.5),
        **{flag: dice.random() < 0.4 for flag in ("identifiers", "special_category", "hidden", "break_glass")},
    }
    return "[[purpose]]\n" + _toml(lines)


def _role(dice, name, purposes):
    lines = {
        "name": name,
        "title": f"Role {name}",
        "purposes": _some(dice, purposes, 0.6),
        "may": _some(dice, list(map(str, Action)), 0.6),
    }
    return "[[role]]\n" + _toml(lines)


def _toml(values):
    def written(value):
        if isinstance(value, bool):
            return str(value).lower()
        return "[" + ", ".join(f'"{one}"' for one in value) + "]" if isinstance(value, list | tuple) else f'"{value}"'

    return "".join(f"{name} = {written(value)}\n" for name, value in values.items())
