"""`medunet compare`."""

from __future__ import annotations

import json
import shutil
import signal
import time

import pytest

from medunet.cli.compare import _whole_numbers
from medunet.errors import UsageError


@pytest.fixture
def two(medunet, inside, films):
    """Two evaluations of the same films: the masks themselves, and masks that lack two hearts."""
    import numpy as np
    import PIL.Image

    theirs = shutil.copytree(films / "masks", inside / "theirs")
    for name in ("film-00.png", "film-01.png"):
        with PIL.Image.open(theirs / name) as mask:
            values = np.asarray(mask).copy()
        values[values == 3] = 0
        PIL.Image.fromarray(values).save(theirs / name)
    for masks, out in ((films / "masks", "perfect"), (theirs, "worse")):
        assert medunet("evaluate", masks, films, "--out", out, "--quiet").code == 0
    return "perfect", "worse"


def test_two_evaluations(medunet, two, inside):
    ended = medunet("compare", *two)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "worse minus perfect"
    (heart,) = (line.split() for line in lines if line.startswith("heart Dice"))
    assert heart[2] == "-0.167"
    assert heart[-1] == "12"
    assert any(line.startswith("left lung Dice, worse: every difference is 0") for line in lines)
    assert "That no difference is shown does not mean that there is none." in lines
    assert lines[-1] == "look at compare/report.html"


def test_as_json(medunet, two):
    ended = medunet("compare", *two, "--json", "--metrics", "dice,ctr_abs_error", "--quiet")
    told = json.loads(ended.out)
    assert {one["metric"] for one in told["differences"]} == {"dice", "ctr_abs_error"}
    (ratio,) = (one for one in told["differences"] if one["metric"] == "ctr_abs_error")
    assert ratio["only_baseline_has_a_value"] == ["film-00", "film-01"]
    assert ended.err == ""


def test_a_run_is_evaluated_first(medunet, trained, inside):
    for name in ("a", "b"):
        shutil.copytree(trained, inside / name)
    ended = medunet("compare", "a", "b")
    assert ended.code == 0
    assert "a has no scores of its test split yet: evaluating it first" in ended.err
    assert "Some runs have the same weights" in ended.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["perfect"], 2, "RUN: is needed twice"),
        (["perfect", "perfect"], 2, "is given twice"),
        (["perfect", "nowhere"], 1, "nowhere: is not there"),
        (["perfect", "worse", "--metrics", "dise"], 2, "They have: tp, fp"),
        (["films", "--vary", "lr"], 2, "is not KEY=A,B"),
        (["films", "--vary", "training.lr=1,2", "--seeds", "a"], 2, "no list of whole numbers"),
        (["films", "--vary", "split.seed=1,2"], 2, "other test cases"),
    ],
)
def test_wrong_words(medunet, two, words, code, said):
    ended = medunet("compare", *words)
    assert ended.code == code
    assert said in ended.message


def test_an_unreadable_table(medunet, two, inside):
    (inside / "broken.csv").write_text("case,subject\n1,2\n")
    ended = medunet("compare", "perfect", "broken.csv")
    assert ended.code == 1
    assert "broken.csv: has no column structure, metric, value, unit, reason" in ended.message


def test_ctrl_c_keeps_what_a_training_has_saved(process, films, tmp_path, tiny):
    long = ("--set", "training.steps=4000", "--out", tmp_path / "out")
    started = process.start("compare", "--vary", "training.lr=1e-3,1e-2", films, *tiny, *long)
    first = tmp_path / "out" / "runs" / "lr-1e-3" / "checkpoints" / "last.ckpt"
    for _ in range(1200):
        if first.is_file() or started.poll() is not None:
            break
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)
    assert started.wait(60) == 130
    assert first.is_file()
    assert not (tmp_path / "out" / "compare.json").exists()


def test_seeds_as_words():
    assert _whole_numbers("0, 1,2") == [0, 1, 2]
    assert _whole_numbers(None) == []
    with pytest.raises(UsageError):
        _whole_numbers("1,-2")
