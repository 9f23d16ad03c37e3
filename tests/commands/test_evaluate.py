"""`medunet evaluate`."""

from __future__ import annotations

import csv
import json
import re
import shutil

import pytest

from medunet.images import write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film


@pytest.fixture
def run(trained, inside):
    """A copy of the run, whose evaluation goes into it."""
    return shutil.copytree(trained, inside / "run")


def cells(line):
    """The cells of a line of the table: a figure and its interval are one."""
    return re.split(r"\s{2,}", line.strip())


def test_a_run_is_scored_on_its_test_split(medunet, run):
    ended = medunet("evaluate", "run")
    assert ended.code == 0
    header, *lines = ended.out.splitlines()
    assert header.split() == ["structure", "score", "mean", "median", "n", "missed", "invented", "not", "predicted"]
    scores = ("Dice", "IoU", "HD95", "NSD")
    assert [[word.rstrip(",") for word in line.split()[:2]] for line in lines[:8]] == [
        [name, score] for name in ("lung", "heart") for score in scores
    ]
    assert lines[-2:] == ["look at run/evaluation/test/report.html", "next: medunet predict NEW-FILMS --model run"]
    folder = run / "evaluation" / "test"
    assert {path.name for path in folder.iterdir()} >= {"scores.csv", "summary.json", "report.html", "figures"}


def test_the_table_says_what_counts_as_nought_and_what_has_no_value(medunet, run, films):
    """Masks that lack the heart in two films: their Dice is 0 and their ratio has no error."""
    import numpy as np
    import PIL.Image

    theirs = shutil.copytree(films / "masks", run.parent / "theirs")
    for name in ("film-00.png", "film-01.png"):
        with PIL.Image.open(theirs / name) as mask:
            values = np.asarray(mask).copy()
        values[values == 3] = 0
        PIL.Image.fromarray(values).save(theirs / name)
    ended = medunet("evaluate", "theirs", films)
    assert ended.code == 0
    (heart,) = (cells(line) for line in ended.out.splitlines() if line.startswith("heart") and "Dice" in line)
    assert [cell.split()[0] for cell in heart[2:6]] == ["0.8333", "1.0000", "12", "2"]
    assert re.fullmatch(r"0\.8333 \[0\.\d{4}, 1\.0000\]", heart[2])
    assert "missed, invented and not predicted count as 0, in HD95 as the length of the image's diagonal" in ended.out
    assert "CTR error: 2 of 12 cases have none" in ended.out


def test_the_tolerance_of_nsd_can_be_set_and_is_shown(medunet, inside, films):
    ended = medunet("evaluate", films / "masks", films, "--tolerance", "3.5")
    assert ended.code == 0
    assert "NSD, within 3.5 mm" in ended.out or "NSD, within 1 % of width" in ended.out
    for wrong in ("-1", "nan"):
        refused = medunet("evaluate", films / "masks", films, "--tolerance", wrong, "--out", "other")
        assert refused.code == 2
        assert "--tolerance" in refused.err


def test_perfect_masks_need_no_footnote(medunet, inside, films):
    ended = medunet("evaluate", films / "masks", films)
    assert ended.code == 0
    assert "count as 0" not in ended.out
    (error,) = (cells(line) for line in ended.out.splitlines() if "CTR error" in line)
    assert error[2:5] == ["0.0000", "0.0000", "12"]


def test_a_case_without_a_mask_counts_as_nought_and_is_told(medunet, inside, films):
    theirs = shutil.copytree(films / "masks", inside / "theirs")
    (theirs / "film-04.png").unlink()
    ended = medunet("evaluate", "theirs", films)
    assert ended.code == 3
    assert ended.out.splitlines()[-1].startswith("1 failed and count as 0")
    (heart,) = (cells(line) for line in ended.out.splitlines() if line.startswith("heart") and "Dice" in line)
    assert heart[2].startswith("0.9167 [")
    with (inside / "evaluate" / "failed.csv").open(newline="") as file:
        assert [row["case"] for row in csv.DictReader(file)] == ["film-04"]


def test_cases_that_were_trained_on_are_refused_unless_told(medunet, run, films):
    ended = medunet("evaluate", "run", films)
    assert ended.code == 1
    assert "10 of 12 cases" in ended.message
    assert "--allow-trained" in ended.message
    assert medunet("evaluate", "run", films, "--allow-trained").code == 0


def test_masks_need_data_to_be_scored_on(medunet, films):
    ended = medunet("evaluate", films / "masks")
    assert ended.code == 2
    assert "DATA" in ended.message


@pytest.mark.parametrize("split", ["all", "TEST"])
def test_an_unknown_split(medunet, run, split):
    ended = medunet("evaluate", "run", "--split", split)
    assert ended.code == 2
    assert "train, val, test" in ended.message


def test_an_expert_s_column(medunet, inside, own_films):
    with (own_films / "cases.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "reader_a"])
        table.writerows([f"film-{n:02d}", "0.5"] for n in range(12))
    ended = medunet("evaluate", own_films / "masks", own_films / "cases.csv", "--expert", "reader_a", "--json")
    assert ended.code == 0, ended.err
    errors = json.loads(ended.out)["summary"]["all"]
    assert any("reader_a" in name for name in errors)


def test_cases_that_give_no_intervals_are_said_and_their_scores_are_kept(medunet, trained, inside):
    """A model of one epoch finds no ratio; how a model is recalibrated is tested with the workflow."""
    for index in range(12, 22):  # the first twelve are the run's own
        film = chest_film(3, index, size=64)
        write_png(inside / "clinic" / "images" / f"film-{index}.png", film.image)
        write_labels(inside / "clinic" / "masks" / f"film-{index}.png", film.labels)
    write_json(inside / "clinic" / "masks" / "labels.json", SCHEME.to_mapping())
    ended = medunet("evaluate", trained, "clinic", "--out", "scores", "--calibrate", "ours")
    assert ended.code == 1
    assert "clinic: gives no intervals: no case has a ratio in reference and prediction" in ended.message
    assert "the scores are written" in ended.message
    assert (inside / "scores" / "scores.csv").is_file()
    assert not (inside / "ours").exists()


def test_masks_cannot_be_calibrated(medunet, films, inside):
    ended = medunet("evaluate", films / "masks", films, "--calibrate", "ours")
    assert ended.code == 2
    assert "--calibrate: needs a model" in ended.message
