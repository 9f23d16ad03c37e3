from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from medunet.images import Grid, Image, LabelMap, Scheme
from medunet.reports import Page, Pictures, Section, film_picture, plain_picture, render
from medunet.scoring import Score
from medunet.workflows.evaluate import evaluate
from medunet.workflows.evaluation_pictures import Gallery, picture_sections
from medunet.workflows.evaluation_source import find_task


def picture(name, size=40):
    return plain_picture(name, PIL.Image.new("L", (size, size)), alt=name)


def dice(case, value):
    return [Score(case, case, "heart", "dice", value, "ratio", "" if value is not None else "absent in both")]


def test_where_there_is_no_room_the_best_cases_give_way():
    one = picture("x").weight
    gallery = Gallery(room=3 * one + 50)
    for name, value in (("a", 0.5), ("b", 0.99), ("c", 0.7), ("d", None), ("e", 0.8)):
        gallery.add(picture(name), dice(name, value))
    gallery.add(None, [])
    assert sorted(gallery.pictures()) == ["a", "c", "d"]


def heavy():
    """A film as noisy as a thumbnail may be, with outlines of three ragged structures and of the reference."""
    noise = np.random.default_rng(0).normal(size=(64, 64))
    array = np.kron(noise, np.ones((8, 8))) + 0.6 * np.random.default_rng(1).normal(size=(512, 512))
    image = Image(array[None].astype(np.float32), Grid((512, 512)))
    y, x = np.mgrid[:512, :512]
    mask = np.zeros((512, 512), dtype=np.uint8)
    for value, (row, column) in enumerate(((300, 256), (220, 120), (220, 400)), start=1):
        angle = np.arctan2(y - row, x - column)
        mask[np.hypot(y - row, x - column) < 90 + 6 * np.sin(15 * angle)] = value
    found = LabelMap(mask, image.grid, Scheme.of(["heart", "left lung", "right lung"]))
    return film_picture("x", image, found, reference=found)


def test_two_hundred_heavy_cases_make_a_page_under_five_megabytes():
    gallery, one = Gallery(), heavy()
    for number in range(200):
        gallery.add(replace(one, key=f"case-{number}"), dice("x", 0.5))
    kept = tuple(gallery.pictures().values())
    html = render(Page("t", "", ("s",), (Section("x", (Pictures(kept, folded=True),)),)))
    assert len(one.jpeg) > 10_000
    assert len(kept) > 120
    assert 3_000_000 < len(html.encode()) < 5_000_000


@pytest.fixture(scope="module")
def whole(others, tmp_path_factory):
    """Four films, one of which has no mask."""
    root = tmp_path_factory.mktemp("gallery")
    shutil.copytree(others / "masks", root / "masks")
    (root / "masks" / "phantom-00000.png").unlink()
    task = find_task(root / "masks", others, split=None, out=root / "out", allow_trained=False, device="cpu")
    return evaluate(root / "masks", others, out=root / "out"), task


def test_every_case_is_shown_once_the_worst_first(whole):
    done, task = whole
    sections = picture_sections(done, task)
    shown = [item for section in sections for block in section.blocks for item in block.items]
    assert shown[0].key == "phantom-00000"
    assert sorted(item.key for item in shown) == sorted(case.id for case in task.cases.cases)


def test_a_case_without_a_prediction_is_shown_with_its_reference_alone(whole):
    done, _ = whole
    assert done.pictures["phantom-00000"].found == ()
    assert done.pictures["phantom-00000"].reference


def test_pictures_carry_the_numbers_of_their_case(whole):
    done, _ = whole
    facts = dict(done.pictures["phantom-00001"].facts)
    assert facts["Dice, heart"] == "1.000"
    assert facts["CTR"].endswith(f"(reference {done.ratios['phantom-00001'][0]:.3f})")


def test_a_picture_that_was_not_kept_is_made_anew(whole):
    done, task = whole
    again = picture_sections(replace(done, pictures={}), task)
    first = again[0].blocks[0].items[1]
    assert first.found == done.pictures[first.key].found
