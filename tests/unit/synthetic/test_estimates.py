import csv

from insighthub.synthetic.estimates import estimates_text
from insighthub.synthetic.people_truth import people_table
from insighthub.synthetic.world import build_world, stream


def test_official_estimates_are_near_the_truth_and_not_the_truth():
    world = build_world(600, 3)
    rows = list(csv.DictReader(estimates_text(world, stream(3, "official estimates")).splitlines()))
    here = [p for p in people_table(world).to_pylist() if p["alive"] and p["lives_here"]]
    total = sum(int(row["population"]) for row in rows)
    assert total != len(here)
    assert abs(total - len(here)) < 0.06 * len(here)
    assert all(int(r["lower"]) <= int(r["population"]) <= int(r["upper"]) for r in rows)
    assert len(rows) == 2 * 19
    children = sum(int(row["population"]) for row in rows if int(row["age_from"]) < 15)
    true = sum(p["date_of_birth"].year * 100 + p["date_of_birth"].month > 201109 for p in here)
    assert abs(children - true) < 0.25 * true
