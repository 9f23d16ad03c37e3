"""Names of masks as people write them: every spelling finds its image, and none takes another's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.cases import read_cases
from medunet.cases.codings import Threshold

WORDS = ("mask", "Mask", "MASK", "masks", "seg", "Seg", "label", "Label", "labels", "gt", "GT", "annot", "segmentation")
STEMS = ("0001", "film_07", "A-12", "CHNCXR_0005_1", "p10.s3", "x y 4", "ÄB9", "case12")
BETWEEN = ("_", "-", ".", " ", "__")


def spelled(stem, word, between, before):
    return f"{word}{between}{stem}" if before else f"{stem}{between}{word}"


def pairs_found(folders, names):
    """Image → mask as read, of images and masks of these names."""
    with tempfile.TemporaryDirectory() as root:
        for number, (stem, mask) in enumerate(names.items()):
            film = np.random.default_rng(number).integers(0, 256, (8, 8)).astype(np.uint8)
            for place, name, array in ((folders[0], stem, film), (folders[1], mask, np.eye(8, dtype=np.uint8) * 255)):
                path = Path(root, place, f"{name}.png")
                path.parent.mkdir(parents=True, exist_ok=True)
                PIL.Image.fromarray(array).save(path)
        cases = read_cases(root)
        return {case.images[0].stem: case.target.paths[0].stem for case in cases}


@settings(deadline=None, max_examples=15)
@given(
    stems=st.lists(st.sampled_from(STEMS), min_size=1, max_size=5, unique=True),
    folders=st.sampled_from([("images", "masks"), ("", "")]),
    draw=st.data(),
)
def test_every_spelling_finds_its_image(stems, folders, draw):
    spelling = st.tuples(st.sampled_from(WORDS), st.sampled_from(BETWEEN), st.booleans())
    names = {stem: spelled(stem, *draw.draw(spelling)) for stem in stems}
    assert pairs_found(folders, names) == names


@pytest.mark.parametrize("word", ["mask", "Mask", "seg", "gt", "label", "annot"])
def test_nothing_between(word):
    names = {f"film{number}": f"film{number}{word}" for number in range(3)} | {"thorax": f"thorax{word}"}
    assert pairs_found(("images", "masks"), names) == names


def test_camel_case_beside_each_other():
    names = {"filmA": "filmAMask", "thorax": "thoraxMask"}
    assert pairs_found(("images", "masks"), names) == names
    assert pairs_found(("", ""), {"thorax": "thoraxMask", "hand": "handMask"}) == {
        "thorax": "thoraxMask",
        "hand": "handMask",
    }


def test_words_that_only_end_so_stay_whole():
    names = {"unmask": "unmask_mask", "unmasked": "unmasked_mask", "un": "un_mask"}
    assert pairs_found(("images", "masks"), names) == names


@pytest.mark.parametrize("quality", [50, 75, 90, 95])
def test_jpeg_masks_with_ringing(tmp_path, pen, quality):
    rows, columns = np.mgrid[:128, :128]
    truth = np.hypot(rows - 64, columns - 60) < 40
    for name in "abc":
        pen.draw(tmp_path / "images" / f"{name}.png", pen.film(shape=(128, 128)))
        pen.draw(tmp_path / "masks" / f"{name}.jpg", truth * 255, quality=quality)
    cases = read_cases(tmp_path)
    assert isinstance(cases.cases[0].target.parts[0].coding, Threshold)
    drawn = cases.cases[0].read_target().array > 0
    assert 2 * (drawn & truth).sum() / (drawn.sum() + truth.sum()) > 0.99
    assert not any("lie between background and structure" in said for said in cases.provenance)


def test_many_values_in_between_are_said(tmp_path, pen):
    soft = np.clip((np.hypot(*np.mgrid[-32:32, -32:32]) - 20) * -40 + 128, 0, 255)
    for name in "abc":
        pen.draw(tmp_path / "images" / f"{name}.png", pen.film(shape=(64, 64)))
        pen.draw(tmp_path / "masks" / f"{name}.jpg", soft, quality=60)
    assert any("lie between background and structure" in said for said in read_cases(tmp_path).provenance)
