from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from medunet.cases.chexmask import is_chexmask, rca_of, source_of, stream_masks
from medunet.errors import InputError
from medunet.images import Grid, Scheme

SCHEME = Scheme.of(("right lung", "left lung", "heart"))


@pytest.mark.parametrize("column", ["dicom_id", "Image Index", "ImageID", "image_id", "Path"])
def test_the_id_column_of_each_source(tmp_path, chexmask, column):
    (tmp_path / "t.csv").write_text(chexmask(["p/x.png"], column=column))
    row = next(stream_masks(tmp_path / "t.csv"))
    assert (row.key, row.id, row.folders, row.name) == ("p/x.png", "p_x", ("p",), "x")
    assert (row.rca, rca_of(row.tags)) == (0.9, 0.9)
    assert column not in row.tags
    assert "Heart" not in row.tags


def test_what_is_a_chexmask_table(tmp_path, chexmask):
    (tmp_path / "a.csv").write_text(chexmask(["x"]))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(chexmask(["x"]).encode()))
    (tmp_path / "areas.csv").write_text("id,right lung,left lung,heart\na,1,2,3\n")
    (tmp_path / "cases.csv").write_text("id,image\na,a.png\n")
    (tmp_path / "empty.csv").write_text("")
    found = [path.name for path in sorted(tmp_path.iterdir()) if is_chexmask(path)]
    assert found == ["a.csv", "b.csv.gz"]
    with pytest.raises(InputError, match="has not the columns Right Lung, Left Lung, Heart"):
        list(stream_masks(tmp_path / "areas.csv"))


def test_blank_sizes_are_1024(tmp_path, chexmask):
    text = chexmask(["x", "y", "z"]).splitlines()
    text[1], text[2] = text[1].replace(",8,8", ",,"), text[2].replace(",8,8", ",16.0,8")
    (tmp_path / "t.csv").write_text("\n".join(text))
    assert [row.mask.shape for row in stream_masks(tmp_path / "t.csv")] == [(1024, 1024), (16, 8), (8, 8)]


def test_blank_masks(tmp_path):
    points = " ".join(f"{n % 5} {n % 6}" for n in range(120))
    head = "ImageID,Landmarks,Left Lung,Right Lung,Heart,Height,Width\n"
    (tmp_path / "t.csv").write_text(f"{head}a,,1 2,,9 1,8,8\nb,{points},,1 2,,8,8\nc,,,,,8,8\n")
    first, second, third = stream_masks(tmp_path / "t.csv")
    assert first.mask.structures == ("left lung", "heart")
    assert second.mask.structures == SCHEME.names
    assert third.mask is None
    labels = second.mask.labels(SCHEME, Grid((8, 8)), "b")
    assert set(np.unique(labels)) > {3}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (",8,8", ",8", "line 2: has 7 cells where the heading has 8"),
        (",8,8", ",0,8", "line 2: has the size '0'"),
        (",8,8", ",eight,8", "line 2: has the size 'eight'"),
        (",8,8", ",999999,999999", "more than the limit"),
        (",0.9,", ",1.9,", r"line 2: has the Dice RCA \(Mean\) '1.9'"),
        (",0.9,", ",good,", "line 2: has the Dice RCA"),
        ("x,0.9", ",0.9", "line 2: has no id of a film"),
    ],
)
def test_faults(tmp_path, chexmask, old, new, fault):
    (tmp_path / "t.csv").write_text(chexmask(["x"]).replace(old, new))
    with pytest.raises(InputError, match=fault):
        list(stream_masks(tmp_path / "t.csv"))


@pytest.mark.parametrize("name", ["MIMIC-CXR-JPG-model", "Padchest-reader1"])
def test_runs_and_landmarks_of_real_films_agree(shared, name):
    """Dice of the label maps made from either is .98 at least (median .999 over the 18 files)."""
    path = shared / "chexmask-readers" / f"{name}.csv.gz"
    pairs = zip(stream_masks(path), stream_masks(path, "landmarks"), strict=True)
    for (runs, points), _ in zip(pairs, range(6), strict=False):
        one, two = (row.mask.labels(SCHEME, row.mask.grid(), row.key) for row in (runs, points))
        for value in SCHEME.values:
            a, b = one == value, two == value
            assert 2 * (a & b).sum() / (a.sum() + b.sum()) > 0.98


def test_the_source_is_the_data_set_or_the_table():
    table = Path("folder/CheXpert-model.csv.gz")
    assert source_of({"Dataset": "CheXpert"}, table) == "CheXpert"
    assert source_of({"Dataset": ""}, table) == source_of({"Height": "8"}, table) == "CheXpert-model"
