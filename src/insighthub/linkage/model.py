"""The model file: all that was learned, as JSON that a person can read and that a later run can use as it is.

Takes the learned model, gives ``model.json``: class sizes, m, u and free distributions by comparison and level, term
frequencies, how common full names are, settings, a fingerprint of the data, and the version that wrote it. A value
that fewer than ten records hold is not written: a rare name is somebody. One number stands for all of those, so that a
run with this model needs nothing else, and gives a pair the same weight whatever other records there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import insighthub
from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import CLASSES, rule_of
from insighthub.linkage.encode import Encoded, combine, dense
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.model_schema import (
    FORMAT,
    ComparisonPart,
    LabelsPart,
    LearnedFrom,
    ModelFile,
    Namesakes,
    SourcePair,
    TermFrequencies,
)
from insighthub.linkage.prepare import IDENTIFIERS, fill_in_sex, sex_by_name
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.source_pairs_file import describe_source_pairs

Array = npt.NDArray[np.float64]
LEAST_RECORDS = 10
LEAST_DATES = 10
#: Values of these are one person's or one home's, however many records hold them.
NEVER_LISTED = frozenset({"address", "address_words", "uprn", "phone", "mobile", "email", *IDENTIFIERS})
#: Fields in which a value on very many records counts as not known; those of a group share a pool and a count.
SHARED_FIELDS = (("phone", "mobile"), ("email",), *((name,) for name in IDENTIFIERS))


def describe(fitted: Fitted, settings: LinkSettings, taught: Mapping[str, object] | None = None) -> ModelFile:
    """Gather what was learned.

    Args:
        fitted: the learned model on its rows.
        settings: of the run, with the threshold that it ended with.
        taught: what labels did; see ``Teaching.as_dict``.
    """
    data, parameters = fitted.data, fitted.parameters
    described = [
        ComparisonPart(
            name=comparison.name,
            levels=list(comparison.labels),
            m=_rounded(parameters.m[k]),
            u=_rounded(parameters.u[k]),
            agreeing=comparison.agreeing,
            telling=comparison.telling,
            follows={CLASSES[c]: rule_of(comparison, c).value for c in range(len(CLASSES))},
            free={
                CLASSES[c]: _rounded(parameters.free[c, k]) for c in range(len(CLASSES)) if (c, k) in parameters.free
            },
            term_frequencies=_frequencies_of(data, comparison),
        )
        for k, comparison in enumerate(fitted.comparisons)
    ]
    own = parameters.by_source
    by_source = [] if own is None else describe_source_pairs(own, fitted.comparisons)
    return ModelFile(
        format=FORMAT,
        version=insighthub.__version__,
        data=LearnedFrom(
            rows=data.n,
            sources=list(data.sources),
            rows_by_source=np.bincount(data.source, minlength=len(data.sources)).tolist(),
            single_sources=[name for name, single in zip(data.sources, data.single, strict=True) if single],
            fingerprint=fingerprint(data),
        ),
        settings={k: v for k, v in asdict(settings).items() if k != "threads"},
        classes=dict(zip(CLASSES, _rounded(parameters.sizes), strict=True)),
        comparisons=described,
        source_pairs=[SourcePair.model_validate(pair) for pair in by_source],
        sex_by_name=_sex_by_name(data, described),
        namesakes=_namesakes(fitted, described),
        shared_values=dict(_shared_values(data)),
        labels=None if taught is None else LabelsPart.model_validate(taught),
        iterations=parameters.iterations,
        converged=parameters.converged,
    )


def _sex_by_name(data: Encoded, comparisons: list[ComparisonPart]) -> dict[str, str]:
    """Say which of the listed given names tell the sex."""
    listed = name_places(comparisons)
    shares = listed["given_name"].shares if "given_name" in listed else {}
    return {name: sex for name, sex in sorted(sex_by_name(data).items()) if name in shares}


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    # Twelve significant digits: the last bits of a sum can differ between builds of a numeric library.
    return [float(f"{v:.12g}") for v in values]


def _frequencies_of(data: Encoded, comparison: Comparison) -> TermFrequencies | None:
    field = comparison.rarity
    return None if field is None else term_frequencies(field, data.codes[field], data.pools[field].values)


def term_frequencies(field: str, codes: npt.NDArray[np.int32], values: npt.NDArray[np.object_]) -> TermFrequencies:
    """Return how common the values of a field are.

    Args:
        field: its name.
        codes: place in ``values`` of each row's value, -1 where not known.
        values: distinct values; more may be there than the rows hold.
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    records = int(counts.sum())
    listed = (counts >= LEAST_RECORDS) & (field not in NEVER_LISTED)
    common = np.flatnonzero(listed)
    rare = counts[(counts > 0) & ~listed]
    # Where none is left out, a value that comes anew is taken to be on one record.
    other = float(rare.mean()) if len(rare) else 1.0
    order = sorted(common.tolist(), key=lambda v: str(values[v]))
    return TermFrequencies(
        field=field,
        records=records,
        distinct_values=int(np.count_nonzero(counts)),
        least_records=LEAST_RECORDS,
        other_share=_rounded(np.array([other / max(1, records)]))[0],
        shares=dict(zip([str(values[v]) for v in order], _rounded(counts[order] / max(1, records)), strict=True)),
    )


def shares_by_code(frequencies: TermFrequencies, values: npt.NDArray[np.object_]) -> Array:
    """Return the log of the share of records that a model gives each value; shape (values,)."""
    shares, other = frequencies.shares, frequencies.other_share
    return np.asarray(np.log(np.array([shares.get(str(v), other) for v in values], float)))


def name_places(comparisons: Iterable[ComparisonPart]) -> dict[str, TermFrequencies]:
    """Return how common given and family names are, for those of the two that are compared by rarity."""
    found = {c.term_frequencies.field: c.term_frequencies for c in comparisons if c.term_frequencies is not None}
    return {name: found[name] for name in ("given_name", "family_name") if name in found}


def log_share_of_rows(data: Encoded, name: str, frequencies: TermFrequencies) -> Array:
    """Return the log of the share that a model gives each row's name, 0 where it is not known; shape (n,)."""
    return np.asarray(np.append(shares_by_code(frequencies, data.pools[name].values), 0.0)[data.codes[name]])


def _namesakes(fitted: Fitted, comparisons: list[ComparisonPart]) -> Namesakes | None:
    """Say how common full names are, as the shares of their halves and, for the common ones, by themselves.

    One person can have very many records, so a name counts as common by how many dates of birth go with it.
    """
    data = fitted.data
    names = name_places(comparisons)
    known = np.flatnonzero((data.codes["given_name"] >= 0) & (data.codes["family_name"] >= 0))
    if len(names) < 2 or not len(known):
        return None
    given, family = data.codes["given_name"][known], data.codes["family_name"][known]
    full = dense(combine(given, family))
    held = fitted.namesakes[known]
    halves = sum(log_share_of_rows(data, name, shares)[known] for name, shares in names.items())
    dates = data.codes["birth_date"][known]
    dated = dates >= 0
    of_dated, size = full[dated].astype(np.int64), int(dates.max(initial=0)) + 1
    different = np.bincount(pc.unique(pa.array(of_dated * size + dates[dated])).to_numpy() // size, minlength=1)
    common = np.flatnonzero(different >= LEAST_DATES)
    listed = np.isin(full, common)
    rest = (held - halves)[~listed] if not listed.all() else held - halves
    first = np.empty(int(full.max()) + 1, np.int64)
    first[full[::-1]] = np.arange(len(full) - 1, -1, -1)  # of several rows the first is written last
    values = data.pools["given_name"].values
    rows = [(str(values[given[i]]), str(values[family[i]]), held[i]) for i in first[common].tolist()]
    full_names: dict[str, dict[str, float]] = {}
    for given_name, family_name, log in sorted(rows):
        full_names.setdefault(given_name, {})[family_name] = _rounded(np.array([log]))[0]
    return Namesakes(base=_rounded(np.array([rest.mean()]))[0], full_names=full_names, least_dates=LEAST_DATES)


def digest(value: str) -> str:
    """Return the start of the SHA-256 of a value: enough to know it again, and nothing to read."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def _shared_values(data: Encoded) -> Iterator[tuple[str, list[str]]]:
    """Give the values that no row holds any more, since so many did that they count as not known."""
    for group in SHARED_FIELDS:
        values = data.pools[group[0]].values
        held = np.zeros(len(values) + 1, bool)
        for name in group:
            held[data.codes[name]] = True
        gone = [str(v) for v in values[~held[:-1]] if v]
        if gone:
            yield group[0], sorted(map(digest, gone))


def see_as(data: Encoded, file: ModelFile) -> None:
    """Make of coded rows what a model of ours takes them for, by the file alone.

    Values that the model counts as not known are so here, and a sex that a record does not say is the one that its
    given name told when the model was learned.

    Args:
        data: coded rows, none of whose values were dropped or inferred from other rows.
        file: the model.
    """
    _hide_shared(data, file.shared_values)
    if any(c.name == "sex" for c in file.comparisons):
        fill_in_sex(data, file.sex_by_name)


def _hide_shared(data: Encoded, shared: dict[str, list[str]]) -> None:
    for group in SHARED_FIELDS:
        hidden = set(shared.get(group[0], ()))
        if not hidden:
            continue
        gone = np.append([digest(str(v)) in hidden for v in data.pools[group[0]].values], False)
        for name in group:
            codes = data.codes[name]
            data.codes[name] = np.where(gone[codes], -1, codes).astype(np.int32)


def fingerprint(data: Encoded) -> str:
    """Return a SHA-256 over the rows and all their values: equal for the same records, whatever their order."""
    digest_of = hashlib.sha256()

    def add(values: Iterable[str]) -> None:
        digest_of.update("\0".join(values).encode())
        digest_of.update(b"\1")

    for name in data.rows.column_names[:2]:
        _add_text(digest_of, data.rows[name])
    for name in sorted(data.codes):
        add([name])
        digest_of.update(np.ascontiguousarray(data.codes[name]).tobytes())
        if name in data.pools and name not in data.by_value:  # what is derived says nothing that its parent does not
            add(map(str, data.pools[name].values))
    for name in sorted(data.days):
        digest_of.update(np.ascontiguousarray(data.days[name]).tobytes())
    return digest_of.hexdigest()


def _add_text(digest_of: hashlib._Hash, column: pa.ChunkedArray) -> None:
    """Take text into a digest as Arrow holds it, without a Python object for each value."""
    array = pa.concat_arrays([column.combine_chunks(), pa.array([], column.type)])
    _, ends, letters = array.buffers()
    offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1]
    digest_of.update((offsets - offsets[:1]).tobytes())
    if letters is not None and len(offsets):
        digest_of.update(memoryview(letters)[int(offsets[0]) : int(offsets[-1])])
