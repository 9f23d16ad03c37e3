from __future__ import annotations

import pytest

from medunet.cases.shelf import Shelf
from medunet.errors import InputError


def test_ids_splits_and_names(tmp_path, pen):
    pen.pairs(tmp_path / "train", ["a", "img_7"])
    pen.pairs(tmp_path / "test", ["a"])
    shelf = Shelf(tmp_path)
    assert shelf.of_id("a", "test", "row") == tmp_path / "test/images/a.png"
    assert shelf.of_id("7", None, "row") == tmp_path / "train/images/img_7.png"
    assert shelf.split_of(tmp_path / "test/images/a.png") == "test"
    assert shelf.split_of(tmp_path.parent / "a.png") is None
    assert shelf.named("img_7.png") == tmp_path / "train/images/img_7.png"
    assert shelf.named("a.png") is None
    with pytest.raises(InputError, match="row: names no file, and 2 files"):
        shelf.of_id("a", None, "row")
    with pytest.raises(InputError, match="no image beside the table is called z"):
        shelf.of_id("z", None, "row")


def test_pairs_only_of_the_images_asked_for(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"])
    # A copy of another kind that no row names must not make the pairing ambiguous.
    pen.draw(tmp_path / "images" / "a.jpg", pen.film())
    image = tmp_path / "images/a.png"
    assert list(Shelf(tmp_path).pairs([image])) == [image]


def test_without_masks_nothing_is_paired(tmp_path, pen):
    image = pen.draw(tmp_path / "a.png", pen.film())
    assert Shelf(tmp_path).pairs([image]) == {}
