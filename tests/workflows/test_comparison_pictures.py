"""Pictures of the films on which masks differ most, from what their evaluations recorded."""

from __future__ import annotations

import json
import shutil

import numpy as np
import PIL.Image
import pytest

from medunet.reports import render
from medunet.workflows.compare import compare
from medunet.workflows.compare_input import read_entries
from medunet.workflows.comparison_page import comparison_page
from medunet.workflows.comparison_pictures import (
    TABLE,
    DifferencePictures,
    difference_pictures,
    largest_differences,
    picture_key,
)
from medunet.workflows.evaluate import evaluate


@pytest.fixture(scope="module")
def moved(others, tmp_path_factory):
    """Evaluations of four films' own masks and of the same masks moved, one of them further; the moved masks."""
    root = tmp_path_factory.mktemp("moved")
    masks = root / "masks"
    shutil.copytree(others / "masks", masks)
    for number, path in enumerate(sorted(masks.glob("*.png"))):
        pixels = np.asarray(PIL.Image.open(path))
        PIL.Image.fromarray(np.roll(pixels, 9 if number == 2 else 1, axis=1)).save(path)
    evaluate(others / "masks", others, out=root / "exact")
    evaluate(masks, others, out=root / "moved")
    return root


@pytest.fixture(scope="module")
def compared(moved, tmp_path_factory):
    words = [moved / "exact", moved / "moved"]
    done = compare(words, out=tmp_path_factory.mktemp("compared") / "out")
    return done, read_entries(words, ["dice"], "test")


def test_the_film_with_the_largest_difference_comes_first_the_baseline_before_the_other(compared, others):
    done, entries = compared
    found = difference_pictures(done, entries)
    assert found.reason == ""
    pictures = found.of["moved"]
    furthest = sorted(path.stem for path in (others / "masks").glob("*.png"))[2]
    assert [one.key for one in pictures[:2]] == [picture_key(furthest, "exact"), picture_key(furthest, "moved")]
    assert len(pictures) == 8
    assert dict(pictures[0].facts)["Dice, heart"] == "1.000"
    assert pictures[0].found[0].path == pictures[0].reference[0].path, "the baseline's masks are the reference"
    assert pictures[1].found[0].path != pictures[1].reference[0].path


def test_the_page_shows_them_and_a_row_leads_to_its_picture(compared):
    done, entries = compared
    text = render(comparison_page(done, entries, difference_pictures(done, entries)))
    name = largest_differences(done, "moved")[0][1]
    assert f"{name}, exact" in text
    assert f"{name}, moved" in text
    assert "Pictures are missing" not in text


def test_differences_are_sorted_and_cases_without_one_left_out(scored, dices, tmp_path):
    values = dices(n=3)
    first, second, third = values
    other = values | {first: values[first] + 0.01, second: values[second] - 0.02}
    done = compare([scored("a", values), scored("b", other)], out=tmp_path / "out")
    assert [row[1] for row in largest_differences(done, "b")] == [second, first]
    assert third not in [row[1] for row in largest_differences(done, "b")]


def test_millimetres_do_not_crowd_out_a_dice(scored, tmp_path):
    def distances(*values):
        return [[case, case, "heart", "hd95", mm, "mm", ""] for case, mm in zip("xyz", values, strict=True)]

    a = scored("a", {"x": 0.9, "y": 0.9, "z": 0.9}, more=distances(5, 5, 5))
    b = scored("b", {"x": 0.9, "y": 0.9, "z": 0.2}, more=distances(9, 8, 5))
    done = compare([a, b], metrics=["dice", "hd95"], out=tmp_path / "out")
    found = [row[:2] for row in largest_differences(done, "b")]
    assert found == [("heart Dice", "z"), ("heart HD95", "x"), ("heart HD95", "y")]
    assert "each metric held against its own largest" in (tmp_path / "out" / "report.html").read_text()


def test_of_scores_alone_there_are_no_pictures_and_the_page_says_why(scored, dices, tmp_path):
    words = [scored("a", dices()), scored("b", dices(seed=1))]
    done = compare(words, out=tmp_path / "out")
    found = difference_pictures(done, read_entries(words, ["dice"], "test"))
    assert found.of == {}
    assert f"a: {TABLE}" in found.reason
    assert f"Pictures are missing: {found.reason}" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_masks_that_are_gone_are_a_reason_and_no_failure(compared, moved):
    done, entries = compared
    mark = entries[1].table.parent / ".medunet.json"
    kept = mark.read_text(encoding="utf-8")
    try:
        mark.write_text(json.dumps(json.loads(kept) | {"masks": str(moved / "nowhere")}), encoding="utf-8")
        found = difference_pictures(done, entries)
    finally:
        mark.write_text(kept, encoding="utf-8")
    assert found.of == {}
    assert "nowhere" in found.reason


def test_nothing_is_drawn_where_nothing_differs(scored, dices, tmp_path):
    words = [scored("a", dices()), scored("b", dices())]
    done = compare(words, out=tmp_path / "out")
    found = difference_pictures(done, read_entries(words, ["dice"], "test"))
    assert (found.of, found.reason) == (DifferencePictures().of, "")


def test_a_run_is_predicted_again_by_its_own_model(evaluated, trained, tmp_path):
    """The run's scores beside those with every Dice a little lower: the film of the largest difference is drawn."""
    folder = tmp_path / "run"
    shutil.copytree(trained.folder, folder)
    shutil.copytree(evaluated.folder, folder / "evaluation" / "test")
    lower = tmp_path / "lower"
    shutil.copytree(folder, lower)
    table = lower / "evaluation" / "test" / "scores.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    changed = [_lower(line) if number else line for number, line in enumerate(lines)]
    table.write_text("\n".join(changed) + "\n", encoding="utf-8")
    words = [folder, lower]
    done = compare(words, out=tmp_path / "out", device="cpu")
    found = difference_pictures(done, read_entries(words, ["dice"], "test"), device="cpu")
    assert found.reason == ""
    assert [one.key.rpartition(", ")[2] for one in found.of["lower"][:2]] == ["run", "lower"]
    assert all(one.reference for one in found.of["lower"])


def _lower(line):
    cells = line.split(",")
    if cells[3] == "dice" and cells[4]:
        cells[4] = str(float(cells[4]) * 0.9)
    return ",".join(cells)
