"""Search: order means nothing, the hidden and other sources leave no trace, and changes give what a whole run gives.

On a small fictional borough, with queries made from what its records say.
"""

import shutil
from functools import cache
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insighthub.residents.search import QueryError, Search, build_search
from insighthub.residents.search.tables import TABLES
from tests.search_releases import AS_OF, SETTINGS, build_all, close, rows, write_borough

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_SAID = """
SELECT m.resident_id, p.source, p.record_id, given_name, middle_names, family_name, previous_family_name,
       date_of_birth, address, postcode, phone, mobile, email, nhs_number, nino
FROM membership m JOIN person_record p USING (source, record_id, person) ORDER BY ALL
"""


@pytest.fixture(scope="module")
def borough(tmp_path_factory):
    path = write_borough(tmp_path_factory.mktemp("borough"))
    with duckdb.connect(str(path)) as db:
        build_all(db)
    return path


@pytest.fixture(scope="module")
def search(borough):
    return Search(borough)


@pytest.fixture(scope="module")
def said(borough):
    return said_in(borough)


@cache
def said_in(path):
    """Return what each record says: its resident, its source, and the things that a query could be made of."""
    with duckdb.connect(str(path), read_only=True) as db:
        out = []
        for resident, source, *values in db.execute(_SAID).fetchall():
            record_id, given_name, middle, family, previous, born, address, postcode, *numbers = values
            words = [word for text in (given_name, middle, family, previous) if text for word in text.split()]
            pieces = [*words, record_id, *(numbers or [])]
            pieces += [born] if born else []
            pieces += [postcode.replace(" ", "")] if postcode else []
            pieces += [word for word in (address or "").split() if word.isalpha()]
            out.append((resident, source, [piece for piece in pieces if piece]))
        return out


def ask(search, query, **how):
    try:
        return search.find(query, **how)
    except QueryError:
        return "nothing to search for"


def changed(path, name, *statements):
    """Return a copy of a release after some statements, with its search tables built anew."""
    copy = Path(path).with_name(name)
    shutil.copyfile(path, copy)
    with duckdb.connect(str(copy)) as db:
        for statement in statements:
            db.execute(statement)
        for table in TABLES:
            db.execute(f"DELETE FROM {table}")
        build_all(db)
    return copy


@given(data=st.data())
@FEW
def test_the_order_of_words_means_nothing(search, said, data):
    _, _, pieces = data.draw(st.sampled_from(said))
    typed = data.draw(st.lists(st.sampled_from(pieces), min_size=1, max_size=6))
    # A figure beside a figure may be one number in groups; a name joined to the next (MC, O) is one name.
    apart = [piece for piece in typed if piece not in {"MC", "MAC", "O", "D"}]
    numbers = [piece for piece in apart if any(c.isdigit() for c in piece)]
    words = [piece for piece in apart if piece not in numbers] + numbers[:1]
    other = data.draw(st.permutations(words))
    assert ask(search, " ".join(words)) == ask(search, " ".join(other))


@pytest.fixture(scope="module")
def with_hidden(borough):
    """Return search where every seventh resident is hidden, and where these do not exist."""
    with duckdb.connect(str(borough), read_only=True) as db:
        ids = [row[0] for row in db.execute("SELECT resident_id FROM resident ORDER BY 1").fetchall()]
    hidden = frozenset(ids[::7])
    listed = ", ".join(f"'{resident}'" for resident in sorted(hidden))
    path = changed(borough, "hidden.duckdb", f"UPDATE resident SET hidden = 'refuge' WHERE resident_id IN ({listed})")
    without = changed(
        borough,
        "without.duckdb",
        f"DELETE FROM membership WHERE resident_id IN ({listed})",
        f"DELETE FROM resident WHERE resident_id IN ({listed})",
    )
    return Search(path), Search(without), hidden


@given(data=st.data())
@FEW
def test_a_search_answers_as_though_the_hidden_did_not_exist(with_hidden, said, data):
    search, without, hidden = with_hidden
    theirs = [one for one in said if one[0] in hidden]
    resident, _, pieces = data.draw(st.sampled_from(theirs))
    query = " ".join(data.draw(st.lists(st.sampled_from([*pieces, resident]), min_size=1, max_size=5)))
    found = ask(search, query)
    assert found == ask(without, query)
    assert found == "nothing to search for" or hidden.isdisjoint(one.resident_id for one in found)


@given(data=st.data())
@FEW
def test_the_hidden_are_found_by_those_who_may_see_them(with_hidden, said, data):
    search, _, hidden = with_hidden
    resident, _, pieces = data.draw(st.sampled_from([one for one in said if one[0] in hidden]))
    found = search.find(" ".join([*pieces, resident])[:200], see_hidden=True, limit=50)
    assert resident in {one.resident_id for one in found}


@pytest.fixture(scope="module")
def with_purpose(borough):
    """Return search with sources of which a purpose may use some, and where there are no others."""
    allowed = frozenset({"libraries", "council_tax", "school_pupils"})
    listed = ", ".join(f"'{source}'" for source in sorted(allowed))
    path = changed(
        borough,
        "purpose.duckdb",
        f"DELETE FROM membership WHERE source NOT IN ({listed})",
        f"DELETE FROM person_record WHERE source NOT IN ({listed})",
    )
    with duckdb.connect(str(path)) as db:
        close(db)
    return allowed, Search(path)


@given(data=st.data())
@FEW
def test_a_purpose_searches_as_though_there_were_only_its_own_sources(search, with_purpose, said, data):
    allowed, alone = with_purpose
    resident, _, pieces = data.draw(st.sampled_from(said))
    query = " ".join(data.draw(st.lists(st.sampled_from([*pieces, resident]), min_size=1, max_size=5)))
    assert ask(search, query, purpose_sources=allowed) == ask(alone, query)


@given(data=st.data())
@FEW
def test_everybody_is_found_by_what_a_record_says(search, said, data):
    resident, source, pieces = data.draw(st.sampled_from(said))
    found = search.find(" ".join(pieces)[:200], purpose_sources=frozenset({source}), limit=50)
    assert resident in {one.resident_id for one in found}
    others = {s.replace("_", " ") for _, s, _ in said} - {source.replace("_", " ")}
    named = {name for one in found for line in one.why for name in _sources_in(line)}
    assert named.isdisjoint(others)


def _sources_in(line):
    return line.rsplit(", in ", 1)[-1].replace(" and ", ", ").split(", ")


@given(data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_building_what_was_touched_gives_what_building_all_gives(borough, data):
    copy = borough.with_name("touched.duckdb")
    shutil.copyfile(borough, copy)
    with duckdb.connect(str(copy)) as db:
        records = db.execute("SELECT source, record_id, person, resident_id FROM membership ORDER BY ALL").fetchall()
        chosen = data.draw(st.lists(st.sampled_from(records), min_size=1, max_size=12, unique=True))
        touched = {record[3] for record in chosen}
        for source, record_id, person, _ in chosen:
            key = [source, record_id, person]
            way = data.draw(st.sampled_from(("gone", "moved", "renamed", "ended", "parted", "joined")))
            where = "WHERE source = ? AND record_id = ? AND person = ?"
            if way == "gone":
                db.execute(f"DELETE FROM membership {where}", key)
            elif way in {"parted", "joined"}:
                to = "RNEW" if way == "parted" else data.draw(st.sampled_from(records))[3]
                touched.add(to)
                db.execute(f"UPDATE membership SET resident_id = ? {where}", [to, *key])
            else:
                value = {"moved": "address", "renamed": "family_name", "ended": "valid_to"}[way]
                new = {"moved": "1 NEW ROAD", "renamed": "NEWNAME", "ended": "2020-01-01"}[way]
                db.execute(f"UPDATE person_record SET {value} = ? {where}", [new, *key])
        close(db)
        db.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT unnest(?::VARCHAR[]) resident_id", [list(touched)])
        build_search(db, SETTINGS, AS_OF)
        after = {table: rows(db, table) for table in TABLES}
        for table in TABLES:
            db.execute(f"DELETE FROM {table}")
        build_all(db)
        assert after == {table: rows(db, table) for table in TABLES}
