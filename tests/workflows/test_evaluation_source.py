from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from medunet.errors import InputError, UsageError
from medunet.workflows.evaluation_source import caution_of, find_task


def find(what, data=None, **told):
    words = {"split": None, "out": None, "allow_trained": False, "device": "cpu", **told}
    return find_task(what, data, **words)


def test_a_run_brings_its_own_test_cases_and_the_proof_of_its_split(trained):
    task = find(trained.folder)
    assert task.folder == trained.folder / "evaluation" / "test"
    assert {case.split for case in task.cases} == {"test"}
    assert task.split["shared_subjects"] == []
    assert task.cases.scheme.names == ("lung", "heart")


def model(monitor="none", schedule="cosine", fitted=True):
    """What a model says of how it came about; numbers stand for what was fitted."""
    training = SimpleNamespace(monitor=monitor, schedule=SimpleNamespace(kind=schedule))
    made = 1 if fitted else "too few films"
    checks = (SimpleNamespace(quality=made, domain="too few films"),)
    return SimpleNamespace(
        plan=SimpleNamespace(training=training), temperature=made, intervals="fine-tuned", checks=checks
    )


@pytest.mark.parametrize(
    ("told", "split", "begun", "wanted"),
    [
        ({}, "train", False, "In-sample, optimistic: 3 of 4 cases were trained on."),
        ({}, "", False, "In-sample, optimistic: 3 of 4 cases are training or validation cases of the model."),
        ({"monitor": "val_loss"}, "val", False, "In-sample, optimistic: 3 of 4 cases chose the weights."),
        ({"schedule": "plateau"}, "val", False, "In-sample, optimistic: 3 of 4 cases set the learning rate."),
        ({}, "val", True, "Perhaps in-sample, optimistic: the training began with a model that may have seen these"),
        ({"fitted": False}, "val", False, "Validation cases: they neither trained nor chose the weights."),
        (
            {},
            "val",
            False,
            "Validation cases: they neither trained nor chose the weights, but the model's temperature, estimate of "
            "quality come of them; the calibration after the temperature is optimistic here.",
        ),
    ],
)
def test_what_scored_cases_were_to_the_model_is_said_as_it_is(told, split, begun, wanted):
    assert caution_of(model(**told), 3, 4, split, begun=begun).startswith(wanted)
    assert caution_of(model(**told), 0, 4, split, begun=begun) == ""


def test_a_model_folder_needs_data(trained, others):
    with pytest.raises(UsageError, match="DATA: is needed to score a model"):
        find(trained.folder / "model")
    task = find(trained.folder / "model", others)
    assert len(task.cases) == 4
    assert task.split is None
    assert str(task.folder) == "evaluate"


def test_a_folder_of_masks_needs_data(others):
    with pytest.raises(UsageError, match="DATA: is needed to score a folder of masks"):
        find(others / "masks")


def test_masks_are_found_whatever_word_their_names_end_with(others, tmp_path):
    (tmp_path / "masks").mkdir()
    for path in (others / "masks").glob("*.png"):
        shutil.copy(path, tmp_path / "masks" / f"{path.stem.upper()}_mask.png")
    shutil.copy(others / "masks" / "labels.json", tmp_path / "masks")
    task = find(tmp_path / "masks", others)
    for case in task.cases:
        wanted = case.read_target()
        assert (task.source(case, case.read_image()).labels.array == wanted.array).all()


def test_masks_of_which_none_has_a_case_s_name_are_no_failure_of_all_cases(others, tmp_path):
    (tmp_path / "masks").mkdir()
    for number, path in enumerate(sorted((others / "masks").glob("*.png"))):
        shutil.copy(path, tmp_path / "masks" / f"{number}.png")
    with pytest.raises(InputError, match=r"no mask of the name of any case \(0, 1, 2, … here, .* Name masks as their"):
        find(tmp_path / "masks", others)


def test_a_run_after_its_data_is_put_before_them(others, tmp_path):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(UsageError, match=r"DATA: .* is a run. Write the run first: medunet evaluate "):
        find(others, tmp_path)


@pytest.mark.parametrize(
    ("words", "fault", "text"),
    [
        ({"split": "tset"}, UsageError, "--split: 'tset' is not one of train, val, test"),
        ({"what": "nowhere"}, InputError, "nowhere: is no run, model or folder of masks. See"),
        ({"what": "chest-xry"}, InputError, "chest-xry: is no run, .* Did you mean chest-xray"),
        ({"device": "tpu"}, UsageError, "device"),
    ],
)
def test_wrong_words_are_one_line(trained, words, fault, text):
    told = dict(words)
    with pytest.raises(fault, match=text):
        find(told.pop("what", trained.folder), **told)


def test_data_that_moved_is_one_line(run_copy):
    record = run_copy / "run.json"
    record.write_text(record.read_text().replace("/films", "/moved"))
    with pytest.raises(InputError, match=r"run.json: names data that is not there any more. Give DATA after the run"):
        find(run_copy)


@pytest.mark.parametrize(("name", "text"), [("split.csv", None), ("recipe.yaml", None), ("recipe.yaml", "a: [")])
def test_a_run_that_lost_what_it_was_asked_is_one_line(run_copy, name, text):
    (run_copy / name).unlink()
    if text is not None:
        (run_copy / name).write_text(text)
    with pytest.raises(InputError, match=r"lacks its recipe\.yaml or split\.csv"):
        find(run_copy)


def test_test_cases_that_are_gone_are_one_line(run_copy, films, tmp_path):
    shutil.copytree(films, tmp_path / "less")
    table = tmp_path / "less" / "cases.csv"
    task = find(run_copy)
    gone = task.cases.cases[0].id
    table.write_text("".join(line for line in table.read_text().splitlines(keepends=True) if gone not in line))
    record = run_copy / "run.json"
    record.write_text(record.read_text().replace(str(films.resolve()), str(tmp_path / "less")))
    with pytest.raises(InputError, match=f"lacks 1 cases of the run's test split .{gone}"):
        find(run_copy)


@pytest.mark.parametrize("content", ["", "[]", "half a {"])
def test_a_damaged_record_is_one_line(run_copy, content):
    (run_copy / "run.json").write_text(content)
    with pytest.raises(InputError, match=r"run.json: (cannot be read|is not a run's record)"):
        find(run_copy)


def test_structures_that_a_model_does_not_know_are_not_held_against_it(films, cache, changes, tmp_path):
    from medunet.workflows.evaluate import evaluate
    from medunet.workflows.train import train

    told = (*changes, "structures=[heart]", "training.steps=4")
    run = train(films, out=tmp_path / "run", changes=told, device="cpu", cache=cache)
    done = evaluate(run.folder, device="cpu")
    lungs = [score for score in done.scores if score.structure == "lung" and score.metric == "dice"]
    assert {(score.value, score.reason) for score in lungs} == {(None, "not looked for")}
    assert all(score.value is not None for score in done.scores if (score.structure, score.metric) == ("heart", "dice"))
    assert done.matrix.names == ("background", "heart")
    assert "not scored, because the model does not know it: lung" in done.data


def test_data_without_any_structure_of_the_model_are_refused(trained, others, tmp_path):
    import json

    root = shutil.copytree(others, tmp_path / "others")
    (root / "masks" / "labels.json").write_text(json.dumps({"liver": 1, "spleen": 2, "kidney": 3}))
    with pytest.raises(InputError, match="holds liver, spleen, kidney, the model knows lung, heart"):
        find(trained.folder / "model", root)
