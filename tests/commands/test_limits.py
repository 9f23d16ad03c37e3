"""`medunet limits`, and `--limit` where files are read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image as Pillow

from medunet.images import LIMITS, limits_in_force


def test_the_table_names_each_limit_and_the_way_to_raise_it(medunet):
    ended = medunet("limits")
    assert ended.code == 0
    assert all(name in ended.out and f"{one.value:,}" in ended.out for name, one in LIMITS.items())
    assert "--limit NAME=NUMBER" in ended.out
    found = json.loads(medunet("limits", "--json", "--limit", "max_pixels=4e8").out)["limits"]
    assert found.keys() == LIMITS.keys()
    assert (found["max_pixels"]["value"], found["max_voxels"]["value"]) == (400_000_000, LIMITS["max_voxels"].value)
    assert limits_in_force() == LIMITS


@pytest.mark.parametrize(
    ("word", "said"),
    [("max_pixel=4", "Did you mean max_pixels"), ("max_pixels", "NAME=NUMBER"), ("max_pixels=0", "from 1")],
)
def test_a_wrong_limit_is_named(medunet, word, said):
    ended = medunet("limits", "--limit", word)
    assert ended.code == 2
    assert said in ended.message


def test_a_limit_reaches_what_a_command_reads(medunet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mask = np.zeros((40, 40), np.uint8)
    mask[5:30, 5:15], mask[5:30, 25:35] = 1, 2
    (tmp_path / "masks").mkdir()
    Pillow.fromarray(mask).save(tmp_path / "masks" / "a.png")
    (tmp_path / "masks" / "labels.json").write_text('{"lung_right": 1, "lung_left": 2}')
    ended = medunet("measure", "masks", "--limit", "max_pixels=1599")
    assert ended.code != 0
    assert "max_pixels" in ended.err
    assert "--limit max_pixels=1600" in ended.err
