"""The plan: what of a linkage would otherwise follow from all records at once, frozen when the model is learned.

Takes the rows and rules of the run that learned a model, gives a ``Plan`` that is kept beside the model. Under both,
whether two records are compared, and what their pair weighs, is a matter of the two records alone. The plan holds

- the blocking rules, and the keys of the blocks that were left out as too large: a pair is a candidate if it shares a
  key of some rule, and that key is not among those;
- the most records that a block may come to hold afterwards (``GROWTH`` times the cap). A block over it is left out too,
  by as many records as there are at the time; it is said that the plan is out of date;
- what was known of house-mates, and how common full names were; see ``mates`` and ``names``.

Values are kept as hashes, but of names and addresses that anybody can guess: a plan belongs where the records do.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from insighthub.errors import DataError
from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.blocking.joins import MOST
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.exchange.own_model import OwnModel
from insighthub.linkage.exchange.read import model_text, read_model
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.model_schema import ModelFile
from insighthub.linkage.standing.found import LearningFound
from insighthub.linkage.standing.hashes import UNKNOWN, Hashes, RowHashes
from insighthub.linkage.standing.mates import KnownMates
from insighthub.linkage.standing.names import KnownNames

FORMAT = "insighthub-linkage-plan/2"
GROWTH = 10
MODEL_FILE, PLAN_FILE = "model.json", "plan.json"
_REMEDY = "Learn the model anew, which makes its plan as well"
_MATES = tuple(f.name for f in fields(KnownMates))
_NAMES = tuple(f.name for f in fields(KnownNames))


@dataclass(frozen=True)
class Plan:
    """How records are paired under a model.

    Attributes:
        salt: with which hashes begin.
        rules: the blocking rules, in order.
        limits: for each rule, the most records that a block may hold.
        capped: for each rule, the keys of the blocks that are left out, sorted.
        mates: what was known of house-mates, or None where they are not compared.
        names: how common full names were, or None where full names are not looked at.
    """

    salt: int
    rules: tuple[BlockingRule, ...]
    limits: tuple[int, ...]
    capped: tuple[Hashes, ...]
    mates: KnownMates | None
    names: KnownNames | None

    @classmethod
    def of(cls, fitted: Fitted, rules: tuple[BlockingRule, ...], file: ModelFile, *, cap: int) -> Plan:
        """Freeze what a run went by.

        Args:
            fitted: the model on the rows that it was learned from.
            rules: the blocking rules that the run chose.
            file: the model.
            cap: most records in a block.
        """
        salt = 0 if file.data is None else int(file.data.fingerprint[:15], 16)
        data = fitted.data
        hashes = RowHashes(data, salt)
        distinct = first_identical(data) == np.arange(data.n)
        caps = [rule.cap(cap) for rule in rules]
        return cls(
            salt,
            rules,
            tuple(min(GROWTH * most, MOST) for most in caps),
            tuple(
                keys_over(np.concatenate([key[distinct] for key in rule_keys(hashes, rule)]), most)
                for rule, most in zip(rules, caps, strict=True)
            ),
            KnownMates.of(hashes) if any(c.name == "mates" for c in file.comparisons) else None,
            KnownNames.of(hashes, fitted.namesakes) if file.namesakes is not None else None,
        )

    def save(self, folder: Path) -> None:
        """Write the plan into a folder, which also holds the model that it goes with."""
        content: dict[str, object] = {
            "format": FORMAT,
            "salt": self.salt,
            "rules": [
                {**asdict(rule), "limit": limit, "capped": len(capped)}
                for rule, limit, capped in zip(self.rules, self.limits, self.capped, strict=True)
            ],
            "mates": self.mates is not None,
            "names": self.names is not None,
        }
        arrays = {"capped": np.concatenate([*self.capped, np.empty(0, np.uint64)])}
        for part, names in ((self.mates, _MATES), (self.names, _NAMES)):
            arrays |= {name: getattr(part, name) for name in names if part is not None}
        for name, array in arrays.items():
            np.save(folder / f"plan-{name}.npy", array)
        content["sha256"] = {name: _sha256(array) for name, array in arrays.items()}
        (folder / PLAN_FILE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Plan:
        """Read a plan.

        Raises:
            DataError: there is none, or it cannot be used.
        """
        path = folder / PLAN_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] != FORMAT:
                raise DataError("the plan was written in another form", remedy=_REMEDY, file=path)
            parts = content["rules"]
            arrays = {name: np.load(folder / f"plan-{name}.npy", mmap_mode="r") for name in content["sha256"]}
            if any(_sha256(array) != content["sha256"][name] for name, array in arrays.items()):
                raise DataError("the files of the plan do not belong together", remedy=_REMEDY, file=path)
            ends = np.cumsum([part["capped"] for part in parts])
            return cls(
                content["salt"],
                tuple(_rule(part) for part in parts),
                tuple(part["limit"] for part in parts),
                tuple(np.split(np.array(arrays["capped"]), ends[:-1])) if len(parts) else (),
                KnownMates(*(arrays[name] for name in _MATES)) if content["mates"] else None,
                KnownNames(*(arrays[name] for name in _NAMES)) if content["names"] else None,
            )
        except (OSError, ValueError, KeyError, TypeError):
            raise DataError("there is no plan here that can be read", remedy=_REMEDY, file=path) from None


@dataclass(frozen=True)
class Learned:
    """A model and its plan.

    Attributes:
        model: what ``model_text`` and ``read_model`` take.
        plan: how records are paired under it.
        found: what learning found on its way, for people to read; nothing links by it.
    """

    model: dict[str, object]
    plan: Plan
    found: LearningFound | None = None

    def save(self, folder: Path) -> None:
        """Write a model folder: ``model.json`` and the files of the plan."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODEL_FILE).write_text(model_text(self.model), encoding="utf-8")
        self.plan.save(folder)
        if self.found is not None:
            self.found.save(folder)


@dataclass(frozen=True)
class ModelFolder:
    """A model folder that was read.

    Attributes:
        model: the model.
        plan: its plan.
        identity: equal for folders of one learning.
    """

    model: OwnModel
    plan: Plan
    identity: str

    @classmethod
    def open(cls, folder: Path) -> ModelFolder:
        """Read a model folder.

        Raises:
            DataError: it lacks a file, or the model came from Splink and has no plan.
        """
        path = folder / MODEL_FILE
        model = read_model(path)
        if not isinstance(model, OwnModel):
            raise DataError("this model was not learned here, and has no plan", remedy=_REMEDY, file=path)
        plan = Plan.load(folder)
        identity = hashlib.sha256(path.read_bytes() + (folder / PLAN_FILE).read_bytes()).hexdigest()
        return cls(model, plan, identity)


def rule_keys(hashes: RowHashes, rule: BlockingRule) -> list[Hashes]:
    """Return the key by which a rule blocks each row and, where it goes across fields, the one it is looked up by."""
    keys = [hashes.key(rule)]
    return [*keys, hashes.other_key(rule)] if rule.other_fields else keys


def keys_over(keys: Hashes, most: int) -> Hashes:
    """Return the keys that more than so many rows have, sorted."""
    distinct, counts = np.unique(keys, return_counts=True)
    return np.asarray(distinct[(counts > most) & (distinct != UNKNOWN)])


def _sha256(array: npt.NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def _rule(part: dict[str, object]) -> BlockingRule:
    return BlockingRule(
        str(part["label"]),
        tuple(map(str, part["fields"])),  # type: ignore[call-overload]
        tuple(map(str, part["other_fields"])),  # type: ignore[call-overload]
        float(part["share_of_cap"]),  # type: ignore[arg-type]
        bool(part["in_any_order"]),
    )
