"""What reviewers answer, in the runs that follow: decisions are kept to, and labels teach without doing harm."""

import shutil

import pyarrow.parquet as pq
import pytest
from sqlalchemy import update

from insighthub.hub import Hub
from insighthub.linkage.evaluate import evaluate_judged
from insighthub.linkage.judged import judge
from insighthub.review.tables import review_item
from insighthub.runs.begin import Asked
from insighthub.store.tables import arrow
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub

pytestmark = pytest.mark.slow
LINKS = "SELECT source, record_id, person, resident_id AS cluster_id FROM membership ORDER BY ALL"
LOOSE = "\n[run]\nmost_churn = 1.0\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("review") / "hub"
    generate(home / "extracts", residents=700, seed=2)
    write_hub(home)
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
        hub.review.draw(measure=100, teach=150, check=20)
    return home


@pytest.fixture
def copy(home, tmp_path):
    def make(settings=""):
        shutil.copytree(home, tmp_path / "hub")
        file = tmp_path / "hub" / "insighthub.toml"
        file.write_text(settings + LOOSE + file.read_text(encoding="utf-8"), encoding="utf-8")
        return tmp_path / "hub"

    return make


@pytest.fixture(scope="module")
def truth(home):
    return pq.read_table(home / "extracts" / "truth.parquet")


@pytest.fixture(scope="module")
def entities(truth):
    keys = zip(*(truth[name].to_pylist() for name in ("source", "record_id", "person")), strict=True)
    return dict(zip(keys, truth["entity_id"].to_pylist(), strict=True))


def links(hub):
    with hub.release() as db:
        return arrow(db, LINKS)


def residents_of(table):
    keys = zip(*(table[name].to_pylist() for name in ("source", "record_id", "person")), strict=True)
    return dict(zip(keys, table["cluster_id"].to_pylist(), strict=True))


def one_alone(hub):
    with hub.state.write() as connection:
        connection.execute(update(review_item).values(twice=False))


def f1(hub, truth):
    return evaluate_judged(judge(links(hub), truth)).pairwise.f1.value


def test_settled_answers_bind_the_next_run_and_taken_back_they_do_not(copy, entities):
    with Hub(copy('[review]\nbinding = "one"\n')) as hub:
        one_alone(hub)
        said = {}
        for item in hub.review.queue("ann", purpose="teach", limit=150).items:
            # Contrary to the model and to the truth, so that only the answer can be why.
            is_one = entities[tuple(item.left)] == entities[tuple(item.right)]
            if len(said) < 6 and item.linked and is_one:
                said[item.item_id] = hub.review.answer(item.item_id, "not", by="ann").answer_id
        assert said
        hub.run(Asked(as_of=DAY))
        after = residents_of(links(hub))
        for item_id in said:
            item = hub.review.item(item_id)
            assert after[tuple(item.left)] != after[tuple(item.right)]
        for answer_id in said.values():
            hub.review.take_back(answer_id, by="ann")
        hub.run(Asked(as_of=DAY))
        again = residents_of(links(hub))
        for item_id in said:
            item = hub.review.item(item_id)
            assert again[tuple(item.left)] == again[tuple(item.right)]


def test_a_cluster_that_a_reviewer_parts_is_parted_in_the_next_run(copy):
    with Hub(copy('[review]\nbinding = "one"\n')) as hub:
        one_alone(hub)
        item = next(i for i in hub.review.queue("ann", purpose="check", limit=50).items if i.kind == "cluster")
        view = hub.review.cluster(item.item_id)
        parts = [view.records[:1], view.records[1:]]
        hub.review.answer(item.item_id, "not", by="ann", parts=parts)
        hub.run(Asked(as_of=DAY))
        after = residents_of(links(hub))
        assert after[tuple(view.records[0])] not in {after[tuple(record)] for record in view.records[1:]}


def test_labels_of_the_teaching_sample_do_the_next_model_no_harm(copy, truth, entities):
    with Hub(copy('[review]\nbinding = "none"\n')) as hub:
        one_alone(hub)
        hub.run(Asked(as_of=DAY, relearn=True))
        before = f1(hub, truth)
        for item in hub.review.queue("ann", purpose="teach", limit=200).items:
            is_one = entities[tuple(item.left)] == entities[tuple(item.right)]
            hub.review.answer(item.item_id, "match" if is_one else "not", by="ann")
        hub.run(Asked(as_of=DAY, relearn=True))
        assert f1(hub, truth) >= before - 0.001
