"""Small indices for the tests, declared in as few words as they need."""

import pyarrow as pa

from insighthub.area_index.definition import Domain, IndexDefinition, Indicator


def indicator(name, domain="d", direction="higher is worse", **settings):
    return Indicator(
        id=name,
        title=name.upper(),
        definition="a figure",
        domain=domain,
        direction=direction,
        source="a source",
        evidence="a reason",
        citation="a book",
        lag=0,
        **{"evidence_score": 1, **settings},
    )


def index(*indicators, domains=None, **settings):
    ids = dict.fromkeys(i.domain for i in indicators)
    return IndexDefinition(
        id="test",
        title="Test",
        description="For a test",
        domains=domains or tuple(Domain(id=name, title=name.upper()) for name in ids),
        indicators=indicators,
        **settings,
    )


def areas(*names, **columns):
    return pa.table({"area": list(names), **columns})
