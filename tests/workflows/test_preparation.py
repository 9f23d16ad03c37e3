from __future__ import annotations

import pytest

from medunet.errors import InputError, UsageError
from medunet.images import write_csv
from medunet.workflows.preparation import prepare_training, split_sentence


def test_it_reads_splits_and_plans_and_writes_nothing(films, changes, digest):
    before = digest(films)
    prepared = prepare_training(films, "chest-xray-small", changes)
    assert {case.split for case in prepared.cases} == {"train", "val", "test"}
    assert prepared.plan.classes == ("lung", "heart")
    assert prepared.portrait.cases == len(prepared.cases.of("train"))
    assert digest(films) == before


def test_the_split_is_by_subject_and_seed(films, changes):
    def split(*more):
        return {case.id: case.split for case in prepare_training(films, "chest-xray-small", (*changes, *more)).cases}

    assert split() == split() == split("training.seed=3")
    assert split() != split("split.seed=3")


def test_a_given_split_is_kept(write_films, changes, tmp_path):
    words = ["training", "training", "validation", "test"] * 2
    # Eight films, each its own subject by a column of its own.
    write_films(tmp_path / "films", count=8, columns=["split", "person"], split=words, person=list("abcdefgh"))
    prepared = prepare_training(tmp_path / "films", "chest-xray-small", (*changes, "split.subject=column:person"))
    assert [case.split for case in prepared.cases] == ["train", "train", "val", "test"] * 2
    assert split_sentence(prepared.cases) == (
        "split: 4 train (4 subjects), 2 val (2 subjects), 2 test (2 subjects); the column split"
    )


def test_one_subject_is_called_a_subject(write_films, changes, tmp_path):
    split = ["train", "train", "val", "test"]
    write_films(tmp_path / "films", count=4, columns=["split", "person"], split=split, person=list("aabc"))
    prepared = prepare_training(tmp_path / "films", "chest-xray-small", (*changes, "split.subject=column:person"))
    assert split_sentence(prepared.cases).startswith(
        "split: 2 train (1 subject), 1 val (1 subject), 1 test (1 subject);"
    )


def test_a_subject_in_two_given_splits_is_one_line(write_films, changes, tmp_path):
    columns = {"split": ["train", "val", "test"] * 2, "person": list("aabbcc")}
    write_films(tmp_path / "films", count=6, columns=list(columns), **columns)
    with pytest.raises(InputError, match=r"has one subject in two splits: case .* and case ") as fault:
        prepare_training(tmp_path / "films", "chest-xray-small", (*changes, "split.subject=column:person"))
    assert "\n" not in str(fault.value)


def test_cases_that_were_not_searched_for_everything_are_refused(write_films, changes, tmp_path):
    """What is not labelled there would be learnt as background."""
    found = ["", "", "heart", "", "", ""]
    write_films(tmp_path / "films", count=6, columns=["annotated"], annotated=found)
    told = (*changes, "split={train: 0.5, val: 0.5, test: 0}")
    with pytest.raises(InputError, match=r"were not searched for every structure \(phantom-00002\): .* as background"):
        prepare_training(tmp_path / "films", "chest-xray-small", told)
    write_csv(tmp_path / "films" / "cases.csv", ["id"], [[f"phantom-0000{n}"] for n in (0, 1, 3, 4, 5)])
    assert len(prepare_training(tmp_path / "films", "chest-xray-small", told).cases) == 5


@pytest.mark.parametrize("fold", [-1, 5])
def test_a_fold_that_is_none_is_a_mistake_of_words(films, changes, fold):
    with pytest.raises(UsageError, match=f"--fold: {fold} is not one of 0 to 4"):
        prepare_training(films, "chest-xray-small", changes, fold)


def test_folds_share_out_the_validation_subjects(films, changes):
    seen = []
    for fold in range(5):
        cases = prepare_training(films, "chest-xray-small", changes, fold).cases
        seen += list(cases.of("val").subjects)
        assert not set(cases.of("val").subjects) & set(cases.of("train").subjects)
    assert len(seen) == len(set(seen))


def test_without_masks_or_images_it_is_one_line(films, changes, tmp_path):
    with pytest.raises(InputError, match="no mask"):
        prepare_training(films / "images", "chest-xray-small", changes)
    with pytest.raises(InputError, match="holds no image"):
        prepare_training(tmp_path, "chest-xray-small", changes)
    with pytest.raises(InputError, match="there is no such recipe"):
        prepare_training(films, "chest-xray-smal", changes)
