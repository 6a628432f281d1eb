"""What everybody is called: family names handed down, changed on marriage, doubled; given, middle and known-as names.

Takes households, origins and pools of names, gives a name to each person in the way of their community: shared by a
family, or the father's given name (patronymic), or Singh and Kaur, or a woman's own Begum; with sons named after
fathers, and people who go by a nickname, a middle name or the name that follows Mohammed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic import name_lists as lists
from insighthub.synthetic.households import Members
from insighthub.synthetic.moves import Origins
from insighthub.synthetic.names import NO_NAME, NamePools
from insighthub.synthetic.population import (
    CHILD,
    FEMALE,
    GRANDPARENT,
    HEAD,
    LONE_PARENT,
    LONG_AGO,
    MALE,
    PARTNER,
    TODAY,
    YEAR,
    Days,
    Flags,
    Index,
)

_NAMES = list(cal.COMMUNITIES)
_PATRONYMIC = [_NAMES.index("somali")]
_OWN_WOMENS_NAME = {"pakistani": 0.45, "bangladeshi": 0.65}
_GIVEN_AFTER_MOHAMMED = {"pakistani": 0.22, "bangladeshi": 0.30, "afghan": 0.15, "somali": 0.05, "arab": 0.10}


@dataclass
class Named:
    """The names of all people, by number in the vocabulary."""

    given: Index
    middle: Index
    family: Index
    birth_family: Index
    renamed: Days
    known_as: Index
    suffix: np.ndarray
    married: Flags
    father: Index
    mother: Index


def parents(members: Members) -> tuple[Index, Index]:
    """Return, by household, the row of its man and of its woman among head and partner; -1 where there is none."""
    n = len(members.kind)
    man, woman = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    adult = (members.role == HEAD) | (members.role == PARTNER)
    for rows, sex in ((man, MALE), (woman, FEMALE)):
        who = np.flatnonzero(adult & (members.sex == sex))[::-1]  # the head wins over the partner
        rows[members.household[who]] = who
    return man, woman


def _drawn(rng: np.random.Generator, members: Members, pools: NamePools) -> tuple[Index, Index, Index]:
    """Draw a given, a middle and a family name for everybody, as if they had no relatives."""
    n = len(members.household)
    given, middle, family = (np.full(n, NO_NAME, np.int32) for _ in range(3))
    cohort = np.digitize(members.born, [-5 * YEAR, 25 * YEAR])
    for c, name in enumerate(_NAMES):
        own = np.flatnonzero(members.community == c)
        family[own] = pools.family[name].draw(rng, len(own))
        for sex, by_cohort in ((MALE, pools.male[name]), (FEMALE, pools.female[name])):
            for k in range(3):
                who = own[(members.sex[own] == sex) & (cohort[own] == k)]
                given[who] = by_cohort[k].draw(rng, len(who))
                middle[who] = by_cohort[max(k - 1, 0)].draw(rng, len(who))
    has_middle = np.array([c.middle_names for c in cal.COMMUNITIES.values()])[members.community]
    middle[(rng.random(n) >= has_middle) | (middle == given)] = NO_NAME
    return given, middle, family


def _distinct_in_family(rng: np.random.Generator, members: Members, pools: NamePools, given: Index) -> None:
    """Draw again for a child whose brother, sister or parent has the same name already."""
    family = np.flatnonzero(np.isin(members.role, (HEAD, PARTNER, CHILD)))
    for _ in range(4):
        key = members.household[family].astype(np.int64) * 1_000_000 + given[family]
        order = np.lexsort((members.role[family], key))  # parents before children
        twice = family[order[1:][key[order][1:] == key[order][:-1]]]
        twice = twice[members.role[twice] == CHILD]
        for sex, table in ((MALE, pools.male), (FEMALE, pools.female)):
            for c, name in enumerate(_NAMES):
                who = twice[(members.sex[twice] == sex) & (members.community[twice] == c)]
                given[who] = table[name][2].draw(rng, len(who))


def _form(table: dict[int, int], codes: Index) -> Index:
    """Put family names into the form that a wife or daughter bears."""
    unique, inverse = np.unique(codes, return_inverse=True)
    return np.array([table.get(int(c), int(c)) for c in unique], dtype=np.int32)[inverse]


def name_everybody(
    rng: np.random.Generator, members: Members, pools: NamePools, origins: Origins, joined: Days
) -> Named:
    """Return the names of all people."""
    n, h = len(members.household), members.household
    given, middle, own_family = _drawn(rng, members, pools)
    _distinct_in_family(rng, members, pools, given)
    man, woman = parents(members)
    _name_after_father(rng, members, given, man)
    in_community = members.community
    patronymic = np.isin(in_community, _PATRONYMIC)
    female, child = members.sex == FEMALE, members.role == CHILD

    # A household's name: its man's, else of the man who left it, else its woman's.
    anchor = np.where(man >= 0, man, woman)
    first = np.full(len(members.kind), -1, np.int32)
    first[h[::-1]] = np.arange(n, dtype=np.int32)[::-1]
    anchor = np.where(anchor >= 0, anchor, first)
    house = own_family[anchor].copy()
    grown_up = np.flatnonzero(origins.from_parents)
    own_family[grown_up] = house[origins.origin[grown_up]]  # parents' households are never themselves from parents
    house = own_family[anchor].copy()
    ex = np.flatnonzero(origins.ex_partner)
    house[origins.origin[ex]] = own_family[ex]
    fatherless = members.kind == LONE_PARENT
    keeps_own = fatherless & (rng.random(len(house)) < 0.5)
    keeps_own[origins.origin[ex]] = False

    birth = own_family.copy()
    birth[female] = _form(pools.daughter_form, birth[female])
    below = child | ((members.role == GRANDPARENT) & (rng.random(n) < 0.8))
    birth[below] = house[h[below]]
    daughters = below & female
    birth[daughters] = _form(pools.daughter_form, birth[daughters])
    sons_of = child & patronymic & (man[h] >= 0)
    birth[sons_of] = given[man[h[sons_of]]]
    _own_womens_names(rng, members, pools, birth)
    _sikh_names(rng, members, pools, birth=birth, middle=middle, house=house)

    family, renamed, married = _marriages(
        rng, members, pools, birth=birth, house=house, joined=joined, keeps_own=keeps_own
    )
    known_as = _known_as(rng, members, pools, given, middle)
    father = np.where(child, man[h], -1).astype(np.int32)
    mother = np.where(child, woman[h], -1).astype(np.int32)
    junior = (father >= 0) & (given == given[np.maximum(father, 0)]) & (members.sex == MALE)
    return Named(given, middle, family, birth, renamed, known_as, junior.astype(np.int8), married, father, mother)


def _name_after_father(rng: np.random.Generator, members: Members, given: Index, man: Index) -> None:
    """Give the first son of some fathers the father's own name."""
    sons = np.flatnonzero((members.role == CHILD) & (members.sex == MALE) & (man[members.household] >= 0))
    _, eldest = np.unique(members.household[sons], return_index=True)
    sons = sons[eldest]
    sons = sons[rng.random(len(sons)) < cal.SON_NAMED_AFTER_FATHER * 2]
    given[sons] = given[man[members.household[sons]]]


def _own_womens_names(rng: np.random.Generator, members: Members, pools: NamePools, birth: Index) -> None:
    """Give many Pakistani and Bangladeshi women a name of their own: Begum, Bibi, Khatun."""
    assert pools.womens_family is not None
    adult = np.where(members.born < TODAY - 18 * YEAR, 1.0, 0.3)
    for name, share in _OWN_WOMENS_NAME.items():
        own = (members.community == _NAMES.index(name)) & (members.sex == FEMALE)
        who = np.flatnonzero(own & (rng.random(len(birth)) < share * adult))
        birth[who] = pools.womens_family.draw(rng, len(who))


def _sikh_names(
    rng: np.random.Generator, members: Members, pools: NamePools, *, birth: Index, middle: Index, house: Index
) -> None:
    """Give Sikh families Singh and Kaur: as the family name in some, before the clan's name in the others."""
    own = members.community == _NAMES.index("sikh")
    bare = (rng.random(len(house)) < 0.5)[members.household]
    for sex, text in ((MALE, lists.SIKH_MALE_FAMILY), (FEMALE, lists.SIKH_FEMALE_FAMILY)):
        code = pools.vocabulary.code(text)
        birth[own & bare & (members.sex == sex)] = code
        with_clan = own & ~bare & (members.sex == sex) & (rng.random(len(birth)) < 0.8)
        middle[with_clan] = code


def _marriages(
    rng: np.random.Generator,
    members: Members,
    pools: NamePools,
    *,
    birth: Index,
    house: Index,
    joined: Days,
    keeps_own: Flags,
) -> tuple[Index, Days, Flags]:
    """Marry most couples, and change the names of the women whose community does so."""
    n, h = len(birth), members.household
    man, woman = parents(members)
    couple = (man >= 0) & (woman >= 0)
    wed = couple & (rng.random(len(couple)) < cal.MARRIED_COUPLES)
    married = np.zeros(n, bool)
    married[man[wed]] = married[woman[wed]] = True
    takes = np.array([c.wives_take_name for c in cal.COMMUNITIES.values()])
    changes = np.zeros(n, bool)
    wives = woman[wed]
    changes[wives] = rng.random(len(wives)) < takes[members.community[wives]]
    once_wed = woman[(members.kind == LONE_PARENT) & (woman >= 0) & ~keeps_own]  # kept the name of the man who left
    changes[once_wed] = rng.random(len(once_wed)) < takes[members.community[once_wed]] * 0.7
    changes &= (TODAY - members.born) > 18.5 * YEAR
    family = birth.copy()
    who = np.flatnonzero(changes)
    husband = np.where(man[h[who]] >= 0, birth[np.maximum(man[h[who]], 0)], house[h[who]]).astype(np.int32)
    family[who] = _form(pools.wife_form, husband)
    double = who[rng.random(len(who)) < cal.DOUBLE_BARRELLED]
    texts = pools.vocabulary.texts()
    family[double] = [
        pools.vocabulary.code(f"{texts[birth[p]]}-{texts[family[p]]}") if birth[p] != family[p] else birth[p]
        for p in double
    ]
    together = np.maximum(joined[woman[h[who]]], joined[np.maximum(man[h[who]], woman[h[who]])])
    wedding = np.maximum(together + rng.normal(0.8 * YEAR, 1.2 * YEAR, len(who)), members.born[who] + 18.2 * YEAR)
    renamed = np.full(n, LONG_AGO, np.int32)
    renamed[who] = np.minimum(wedding, TODAY - 20).astype(np.int32)
    renamed[family == birth] = LONG_AGO
    return family, renamed, married


def _known_as(rng: np.random.Generator, members: Members, pools: NamePools, given: Index, middle: Index) -> Index:
    """Return the given name that people go by, which for most is the one on their papers."""
    known = given.copy()
    texts, n = pools.vocabulary.texts(), len(given)
    goes_by = rng.random(n) < cal.KNOWN_BY_NICKNAME
    pick = rng.random(n)
    for full, short in lists.NICKNAMES.items():
        who = np.flatnonzero((given == pools.vocabulary.code(full)) & goes_by)
        codes = pools.vocabulary.codes(short)
        known[who] = codes[(pick[who] * len(codes)).astype(int)]
    by_middle = (middle != NO_NAME) & (rng.random(n) < cal.KNOWN_BY_MIDDLE_NAME)
    known[by_middle] = middle[by_middle]
    # Mohammed before the name by which a man is called: put it first, and the called name in the middle.
    mohammed = pools.vocabulary.code("Mohammed")
    share = np.zeros(len(_NAMES))
    for name, value in _GIVEN_AFTER_MOHAMMED.items():
        share[_NAMES.index(name)] = value
    after = (members.sex == MALE) & (rng.random(n) < share[members.community]) & (texts[given] != "Mohammed")
    after &= members.role != CHILD
    middle[after], known[after] = given[after], given[after]
    given[after] = mohammed
    plain = after & (rng.random(n) >= cal.KNOWN_BY_SECOND_NAME_AFTER_MOHAMMED)
    known[plain] = mohammed
    return known
