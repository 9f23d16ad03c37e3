from __future__ import annotations

import numpy as np
import PIL.Image

from medunet.reports.captions import Entry, with_caption
from medunet.reports.lettering import GROUND


def test_the_strip_stands_below_and_leaves_the_picture_alone():
    picture = PIL.Image.effect_noise((400, 300), 60).convert("RGB")
    sheet = with_caption(picture, "wingspan-040", largest=400)
    assert sheet.width == 400
    assert sheet.height > 300
    assert np.array_equal(np.asarray(sheet)[:300], np.asarray(picture))
    assert (np.asarray(sheet)[300:] != GROUND).any()


def test_a_narrow_picture_gets_room_for_words():
    assert with_caption(PIL.Image.new("RGB", (20, 400)), "a caption", largest=400).width == 200


def test_the_key_shows_each_colour():
    sheet = with_caption(
        PIL.Image.new("RGB", (600, 100)), "x", [Entry("heart", "#ff8a3d"), Entry("lung", "#5cc2ff")], 600
    )
    seen = {tuple(pixel) for pixel in np.asarray(sheet)[100:].reshape(-1, 3).tolist()}
    assert {(0xFF, 0x8A, 0x3D), (0x5C, 0xC2, 0xFF)} <= seen


def test_a_long_key_takes_more_rows_and_a_long_name_is_cut():
    few = [Entry("heart", "#ff0000")]
    many = [Entry(f"structure number {number}", "#ff0000") for number in range(20)]
    endless = [Entry("x" * 500, "#ff0000")]
    picture = PIL.Image.new("RGB", (400, 50))
    heights = [with_caption(picture, "x", key, 400).height for key in (few, many, endless)]
    assert heights[1] > heights[0]
    assert heights[2] == heights[0]
