from __future__ import annotations

import numpy as np
import pytest

from medunet.cases.codings import Values
from medunet.cases.target import Part, Target, check_place
from medunet.errors import InputError
from medunet.images import Grid, Scheme

GRID = Grid((16, 20))


def test_the_later_part_wins_and_overlap_is_counted(tmp_path, pen):
    lung = pen.draw(tmp_path / "lung.png", pen.blob(255, size=8))
    heart = pen.draw(tmp_path / "heart.png", pen.blob(255, at=(8, 8), size=8))
    scheme = Scheme.of(["lung", "heart"])
    target = Target((Part(lung, Values(((255, "lung"),))), Part(heart, Values(((255, "heart"),)))), scheme)
    labels = target.read(GRID, "a.png")
    assert labels.grid == GRID
    assert (labels.mask("heart").sum(), labels.mask("lung").sum()) == (64, 64 - 16)
    assert target.overlap(GRID, "a.png") == 16
    assert target.paths == (lung, heart)


def test_parts_of_one_structure_do_not_overlap_with_themselves(tmp_path, pen):
    paths = [pen.draw(tmp_path / f"{side}.png", pen.blob()) for side in ("left", "right")]
    target = Target(tuple(Part(path, Values(((255, "lung"),))) for path in paths), Scheme.of(["lung"]))
    assert target.overlap(GRID, "a.png") == 0
    assert target.read(GRID, "a.png").mask("lung").sum() == 36


def test_another_size_is_refused_with_both_sizes(tmp_path, pen):
    path = pen.draw(tmp_path / "a.png", pen.blob(shape=(16, 19)))
    target = Target((Part(path, Values(((255, "lung"),))),), Scheme.of(["lung"]))
    with pytest.raises(InputError) as caught:
        target.read(GRID, "film.png")
    assert str(caught.value).startswith(
        "a.png: the mask has 16 × 19 rows × columns, its image film.png has 16 × 20. Export the mask again"
    )


def test_another_place_of_the_same_shape_is_refused(tmp_path):
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    flipped = ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0))
    here = Grid((4, 5), (1.0, 1.0), (0.0, 0.0, 0.0), axes)
    check_place(tmp_path / "m.nii", here, here, "i")
    check_place(tmp_path / "m.png", Grid((4, 5)), here, "i")
    for other in (Grid((4, 5), (1.0, 1.0), (1.0, 0.0, 0.0), axes), Grid((4, 5), (1.0, 1.0), (0.0, 0.0, 0.0), flipped)):
        with pytest.raises(InputError, match="another place or direction"):
            check_place(tmp_path / "m.nii", other, here, "i")


def test_many_structures_need_a_wider_type(tmp_path, pen):
    path = pen.draw(tmp_path / "a.png", pen.blob(255))
    scheme = Scheme.of([f"s{number}" for number in range(300)])
    labels = Target((Part(path, Values(((255, "s299"),))),), scheme).read(GRID, "a.png")
    assert labels.array.dtype == np.uint16
    assert labels.mask("s299").sum() == 36


def test_structures_outside_the_scheme_are_our_mistake(tmp_path):
    with pytest.raises(ValueError, match="not in the scheme"):
        Target((Part(tmp_path, Values(((1, "liver"),))),), Scheme.of(["lung"]))
