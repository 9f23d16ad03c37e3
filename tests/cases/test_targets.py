from __future__ import annotations

import pytest

from medunet.cases.labels_file import labels_of
from medunet.cases.rows import Row
from medunet.cases.targets import find_targets
from medunet.errors import InputError
from medunet.images import Grid

GRID = Grid((16, 20))
MERGE = {"left lung": "lung", "right lung": "lung"}


def stacked(folder, pen, name="a", leave=()):
    """A row with a file per structure; the heart overlaps the left lung by one pixel."""
    image = pen.draw(folder / "images" / f"{name}.png", pen.film())
    places = {"Heart": (9, 9), "left_lung": (4, 4), "right-lung": (0, 12)}
    masks = [
        (structure, pen.draw(folder / "masks" / structure / f"{name}.png", pen.blob(255, at=at)))
        for structure, at in places.items()
        if structure not in leave
    ]
    return Row(name, (image,), tuple(masks), where=f"{name}.png")


def test_one_file_per_structure_with_the_heart_on_top(tmp_path, pen):
    found = find_targets([stacked(tmp_path, pen)], None, {})
    assert found.scheme.names == ("left_lung", "right-lung", "Heart")
    labels = found.targets[0].read(GRID, "a.png")
    assert [int(labels.mask(name).sum()) for name in found.scheme.names] == [35, 36, 36]
    assert found.said[-1] == (
        "one file per structure: where two overlap the later of left_lung, right-lung, Heart wins; "
        "so in 1 of 1 case looked at, by 1 pixels at the median"
    )


def test_renaming_merges_files(tmp_path, pen):
    found = find_targets([stacked(tmp_path, pen)], None, MERGE)
    assert found.scheme.names == ("lung", "Heart")
    assert found.targets[0].read(GRID, "a.png").mask("lung").sum() == 71
    assert "renamed: left_lung → lung, right-lung → lung" in found.said


def test_renaming_merges_values(tmp_path, pen):
    image = pen.draw(tmp_path / "i.png", pen.film())
    mask = pen.draw(
        tmp_path / "m.png", pen.blob(1, size=3) + pen.blob(2, at=(10, 10), size=2) + pen.blob(3, at=(0, 0), size=1)
    )
    labels = labels_of({"background": 0, "right lung": 1, "left lung": 2, "heart": 3}, "labels.json")
    found = find_targets([Row("a", (image,), (("", mask),))], labels, MERGE)
    read = found.targets[0].read(GRID, "i.png")
    assert [int(read.mask(name).sum()) for name in ("lung", "heart")] == [13, 1]


def test_a_structure_without_a_file_was_not_looked_for(tmp_path, pen):
    rows = [stacked(tmp_path, pen, "a"), stacked(tmp_path, pen, "b", leave=["right-lung"])]
    assert find_targets(rows, None, {}).annotated == (None, ("left_lung", "Heart"))
    merged = find_targets(rows, None, MERGE)
    # Half of the lungs is not the lungs.
    assert merged.annotated == (None, ("Heart",))
    assert "not looked for: lung in 1 case" in merged.said


@pytest.mark.parametrize(
    ("annotated", "expected"),
    [
        (("HEART",), ("heart",)),
        (("heart", "left_lung"), ("heart",)),
        (("left lung", "right lung"), ("lung",)),
        (("lung", "heart"), None),
        (None, None),
    ],
)
def test_the_column_annotated(tmp_path, pen, annotated, expected):
    image, mask = pen.draw(tmp_path / "i.png", pen.film()), pen.draw(tmp_path / "m.png", pen.blob(1))
    labels = labels_of({"right lung": 1, "left lung": 2, "heart": 3}, "labels.json")
    found = find_targets([Row("a", (image,), (("", mask),), annotated=annotated)], labels, MERGE)
    assert found.annotated == (expected,)


def test_an_unknown_structure_in_the_column(tmp_path, pen):
    image, mask = pen.draw(tmp_path / "i.png", pen.film()), pen.draw(tmp_path / "m.png", pen.blob(1))
    row = Row("a", (image,), (("", mask),), annotated=("liver",), where="cases.csv, line 2")
    with pytest.raises(
        InputError, match=r"cases.csv, line 2: column annotated names liver, which the masks do not have"
    ):
        find_targets([row], None, {})


def test_the_folder_names_the_one_structure(tmp_path, pen):
    image, mask = pen.draw(tmp_path / "i.png", pen.film()), pen.draw(tmp_path / "m.png", pen.blob())
    assert find_targets([Row("a", (image,), (("heart", mask),))], None, {}).scheme.names == ("heart",)
    assert find_targets([Row("a", (image,), (("", mask),))], None, {}).scheme.names == ("foreground",)


def test_folders_that_are_no_structures(tmp_path, pen):
    row = stacked(tmp_path, pen)
    several = pen.draw(tmp_path / "masks" / "all" / "a.png", pen.blob(1) + pen.blob(2, at=(10, 12), size=4))
    with pytest.raises(InputError, match="masks of all hold several structures"):
        find_targets([Row("a", row.images, (*row.masks, ("all", several)))], None, {})
    with pytest.raises(InputError, match="lies beside folders of single structures"):
        find_targets([Row("a", row.images, (*row.masks, ("", several)))], None, {})


def test_no_masks_at_all(tmp_path):
    found = find_targets([Row("a", (tmp_path,))], None, {})
    assert (found.targets, found.scheme, found.said) == ((None,), None, ())
