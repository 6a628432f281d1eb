"""A borough can be made of another mix of communities, and is then what the mix says."""

import numpy as np
import pytest

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.borough import generate
from insighthub.synthetic.world import build_world


@pytest.mark.parametrize("mix", sorted(cal.MIXES))
def test_a_mix_gives_every_community_its_share(mix):
    assert set(cal.MIXES[mix]) == set(cal.COMMUNITIES)
    assert sum(cal.MIXES[mix].values()) == pytest.approx(1.0, abs=0.02)


def test_residents_follow_the_mix():
    world = build_world(10_000, 4, "northern_town")
    here = world.households.current[world.people.household]
    found = np.bincount(world.people.community[here], minlength=len(cal.COMMUNITIES)) / here.sum()
    wanted = np.array([cal.MIXES["northern_town"][name] for name in cal.COMMUNITIES])
    usual = np.array([cal.MIXES["usual"][name] for name in cal.COMMUNITIES])
    assert np.abs(found - wanted).max() < 0.06
    assert np.abs(found - usual).max() > 0.15


def test_a_mix_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ValueError, match="mix must be one of usual, northern_town"):
        generate(tmp_path, residents=500, mix="elsewhere")
