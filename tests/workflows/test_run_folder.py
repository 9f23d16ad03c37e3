from __future__ import annotations

from dataclasses import replace

import pytest

from medunet.cases import read_cases
from medunet.errors import InputError, OutputError
from medunet.planning import read_recipe
from medunet.workflows.output import reserve
from medunet.workflows.run_folder import (
    OWNED,
    Run,
    check_run,
    has_begun,
    identity_of,
    read_log,
    read_plan,
    read_run,
    write_asked,
)


def test_recipe_and_data_make_the_run(changes):
    recipe = read_recipe("chest-xray-small", changes)
    one = identity_of(recipe, "a" * 64, "s" * 64)
    assert one == identity_of(read_recipe("chest-xray-small", changes), "a" * 64, "s" * 64)
    assert one != identity_of(recipe, "b" * 64, "s" * 64)
    assert one != identity_of(recipe, "a" * 64, "t" * 64)
    assert one != identity_of(read_recipe("chest-xray-small"), "a" * 64, "s" * 64)


@pytest.mark.parametrize(("left", "begun"), [("last", True), ("previous", True), ("best", False)])
def test_a_run_has_begun_with_an_epoch_to_go_on_from(tmp_path, left, begun):
    """The last checkpoint alone is missing where a call ended while one took the other's place."""
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / f"{left}.ckpt").touch()
    assert has_begun(tmp_path) is begun


@pytest.mark.parametrize(
    ("begun", "resume", "overwrite", "text"),
    [
        (False, False, False, None),
        (True, False, False, "holds this run already"),
        (True, True, False, None),
        (True, False, True, None),
        (False, True, False, "holds no epoch of this run to go on from"),
    ],
)
def test_what_may_be_done_with_a_run(tmp_path, begun, resume, overwrite, text):
    identity = {"command": "train", "recipe": "r", "data": "d"}
    with reserve(tmp_path, identity) as place:
        place.claim(OWNED)
    if begun:
        (tmp_path / "checkpoints").mkdir()
        (tmp_path / "checkpoints" / "last.ckpt").write_bytes(b"x")
    if text is None:
        check_run(tmp_path, identity, resume=resume, overwrite=overwrite)
        return
    with pytest.raises((OutputError, InputError), match=text):
        check_run(tmp_path, identity, resume=resume, overwrite=overwrite)


def test_the_log_is_read_back_with_its_gaps(tmp_path):
    assert read_log(tmp_path) == []
    (tmp_path / "log.csv").write_text("epoch,val_loss,val_dice\n1,0.5,\n2,0.25,0.75\n")
    assert read_log(tmp_path) == [
        {"epoch": 1, "val_loss": 0.5, "val_dice": None},
        {"epoch": 2, "val_loss": 0.25, "val_dice": 0.75},
    ]


@pytest.mark.parametrize("text", ["epoch,val_loss\n1,text\n", "a,b\n1,2\n", "epoch\n1,2\n"])
def test_a_damaged_log_is_one_line(tmp_path, text):
    (tmp_path / "log.csv").write_text(text)
    with pytest.raises(InputError, match=r"log.csv: is not the log of a run"):
        read_log(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "recipe: 1", "[1, 2]"])
def test_a_damaged_plan_is_one_line(tmp_path, text):
    (tmp_path / "plan.yaml").write_text(text)
    with pytest.raises(InputError, match=r"plan.yaml: is not the plan of a run. Train anew with --overwrite"):
        read_plan(tmp_path)
    with pytest.raises(InputError):
        read_plan(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_damaged_record_is_one_line(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match=r"run.json: "):
        read_run(tmp_path)


def test_what_was_asked_is_written_complete(films, changes, tmp_path):
    recipe = read_recipe("chest-xray-small", changes)
    write_asked(tmp_path, recipe, read_cases(films))
    assert read_recipe(str(tmp_path / "recipe.yaml")) == recipe
    assert (tmp_path / "split.csv").read_text().startswith("case,subject,split\nphantom-00000,")


def test_a_run_as_plain_values(tmp_path):
    run = Run(tmp_path, 3, 5, None, "ff", 1.26)
    assert run.to_dict() == {
        "run": str(tmp_path),
        "best_epoch": 3,
        "epochs": 5,
        "val_dice": None,
        "weights_sha256": "ff",
        "seconds": 1.3,
    }


def test_a_run_shows_itself_in_a_notebook(tmp_path):
    run = Run(tmp_path / "<b>run", 7, 9, 0.91234, "a" * 64, 90.0)
    html = run._repr_html_()
    assert "&lt;b&gt;run" in html
    assert "9, the weights are of epoch 7" in html
    assert "0.9123, which chose the weights: optimistic" in html
    assert "1.5 min" in html
    assert "0.9123, which chose nothing" in replace(run, chosen=False)._repr_html_()
    assert "not measured" in Run(tmp_path, 0, 1, None, "a" * 64, 1.0)._repr_html_()
