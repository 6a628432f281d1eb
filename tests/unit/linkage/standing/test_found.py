"""What learning found, written beside a model and read back."""

from insighthub.linkage.result import BlockingYield, GroupOfRules, LevelWeight, MissedByBlocking
from insighthub.linkage.standing.found import FILE, LearningFound

FOUND = LearningFound(
    (BlockingYield("same family name", 12, 10, 4, 1, 900),),
    MissedByBlocking(10.5, 0.5, 0.1, 1.2, (GroupOfRules("names", 2, 9.0, 8.0, 7.5),)),
    (LevelWeight("sex", 0, "same", 0.9, 0.5, 0.85, 11),),
    ((-1.0, 0.0, 7), (0.0, 1.0, 3)),
    0.5,
)


def test_what_was_found_is_read_back_as_it_was_written(tmp_path):
    FOUND.save(tmp_path)
    assert LearningFound.load(tmp_path) == FOUND


def test_a_folder_without_it_or_with_another_form_of_it_has_none(tmp_path):
    assert LearningFound.load(tmp_path) is None
    for text in ("not json", "[]", '{"blocking": [{"other": 1}]}'):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        assert LearningFound.load(tmp_path) is None
