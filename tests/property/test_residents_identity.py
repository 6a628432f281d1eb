"""Identity that lasts, whatever the groups are: most overlap wins, the older of equals stays, and nothing is lost."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from insighthub.residents.identity import MERGED, MOVED, SPLIT, carry_over

OLDS, NEWS = 7, 7


@st.composite
def members(draw):
    """Return each member's group now and before, -1 where it had none; and the old groups' ages."""
    both = draw(st.lists(st.tuples(st.integers(0, NEWS - 1), st.integers(-1, OLDS - 1)), max_size=40))
    dense = {group: number for number, group in enumerate(sorted({now for now, _ in both}))}
    now = np.array([dense[each] for each, _ in both], np.int64)
    before = np.array([each for _, each in both], np.int64)
    age = np.array(draw(st.permutations(range(OLDS))), np.int64)
    return now, before, age


def overlaps(now, before):
    return Counter((g, o) for g, o in zip(now.tolist(), before.tolist(), strict=True) if o >= 0)


def pairs_of(carried):
    return {(group, old) for group, old in enumerate(carried.goes_on_as.tolist()) if old >= 0}


@given(members())
def test_each_new_group_goes_on_as_one_old_at_most_and_shares_members_with_it(found):
    now, before, age = found
    carried = carry_over(now, before, age)
    assert len(carried.goes_on_as) == now.max(initial=-1) + 1
    pairs = pairs_of(carried)
    assert len({old for _, old in pairs}) == len(pairs)
    assert pairs <= set(overlaps(now, before))


@given(members())
def test_most_overlap_wins_and_the_older_of_equals_stays(found):
    """Where a new and an old group share members and do not go together, one of them goes with a better one."""
    now, before, age = found
    shared = overlaps(now, before)
    pairs = pairs_of(carry_over(now, before, age))

    def rank(pair):
        return (-shared[pair], age[pair[1]], pair[0])

    for group, old in set(shared) - pairs:
        better = [pair for pair in pairs if (pair[0] == group) != (pair[1] == old)]
        assert any(rank(pair) < rank((group, old)) for pair in better)


@given(members())
def test_what_became_of_every_member_that_does_not_stay_is_told(found):
    now, before, age = found
    carried, shared = carry_over(now, before, age), overlaps(now, before)
    pairs = pairs_of(carried)
    told = Counter({(event.other, event.old): event.members for event in carried.events})
    assert len(told) == len(carried.events)
    assert told == Counter({pair: count for pair, count in shared.items() if pair not in pairs})


@given(members())
def test_an_old_group_that_ends_is_told_once_to_be_merged_with_where_most_of_it_is(found):
    now, before, age = found
    carried, shared = carry_over(now, before, age), overlaps(now, before)
    gone_on = {old for _, old in pairs_of(carried)}
    merged = Counter(event.old for event in carried.events if event.kind == MERGED)
    assert merged == Counter({old for _, old in shared if old not in gone_on})
    for event in carried.events:
        goes_on_as = carried.goes_on_as[event.other]
        if event.kind == MERGED:
            most = max(count for (_, old), count in shared.items() if old == event.old)
            assert event.members == most
            assert goes_on_as >= 0  # it goes into somebody who was there before
        else:
            assert event.kind == (SPLIT if goes_on_as < 0 else MOVED)


@given(members(), st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(found, random):
    now, before, age = found
    order = list(range(len(now)))
    random.shuffle(order)
    shuffled = carry_over(now[order], before[order], age)
    carried = carry_over(now, before, age)
    assert shuffled.goes_on_as.tolist() == carried.goes_on_as.tolist()
    assert shuffled.events == carried.events


@given(members())
def test_groups_that_are_as_before_go_on_without_an_event(found):
    _, before, age = found
    here = before[before >= 0]
    _, again = np.unique(here, return_inverse=True)
    carried = carry_over(again.astype(np.int64), here, age)
    assert carried.events == ()
    assert carried.goes_on_as.tolist() == np.unique(here).tolist()
