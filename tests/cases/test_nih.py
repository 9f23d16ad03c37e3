from __future__ import annotations

import pytest

from medunet.cases import read_cases
from medunet.cases.nih import find_nih, is_nih
from medunet.cases.rows import Wishes
from medunet.errors import InputError

HEAD = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,"
    "Height],OriginalImagePixelSpacing[x,y],\n"
)


@pytest.fixture
def data(tmp_path, pen):
    names = ["00000001_000", "00000001_001", "00000002_000"]
    for number, name in enumerate(names):
        pen.draw(tmp_path / f"images_00{number + 1}" / "images" / f"{name}.png", pen.film(number, (8, 8)))
    rows = [
        f"{name}.png,Cardiomegaly|Effusion,0,{int(name[:8])},{age},M,{view},2682,2749,0.143,0.143,\n"
        for name, age, view in zip(
            [*names, "00000003_000"], ["058Y", "58", "60", "61"], ["PA", "AP", "PA", "PA"], strict=True
        )
    ]
    (tmp_path / "Data_Entry_2017.csv").write_text(HEAD + "".join(rows))
    return tmp_path


def test_the_films_that_are_here(data):
    for place in (data, data / "Data_Entry_2017.csv"):
        cases = read_cases(place, needs_target=False)
        assert [case.id for case in cases] == ["00000001_000", "00000001_001", "00000002_000"]
        assert cases.subjects == ("1", "2")
    first = cases.cases[0]
    assert (first.view, first.age, first.tags["Finding Labels"]) == ("PA", 58, "Cardiomegaly|Effusion")
    assert (first.tags["OriginalImagePixelSpacing[x"], first.tags["y]"]) == ("0.143", "0.143")


def test_the_official_lists_and_masks(data, chexmask):
    (data / "train_val_list.txt").write_text("00000001_000.png\n00000001_001.png\n")
    (data / "test_list.txt").write_text("00000002_000.png\n00000003_000.png\n")
    (data / "ChestX-Ray8.csv").write_text(chexmask(["00000001_000.png", "00000002_000.png"], column="Image Index"))
    cases = read_cases(data, needs_target=False)
    assert [case.split for case in cases] == ["train", "train", "test"]
    assert [case.target is not None for case in cases] == [True, False, True]
    (data / "test_list.txt").write_text("00000001_000.png\n")
    with pytest.raises(InputError, match=r"lists 00000001_000\.png, which the other list has too"):
        find_nih(data, Wishes())


def test_masks_by_name(data, pen):
    for name in ("00000001_000", "00000001_001", "00000002_000"):
        pen.draw(data / "masks" / f"{name}_mask.png", pen.blob(shape=(8, 8), at=(1, 1), size=3))
    assert all(case.read_target().array.sum() == 9 for case in read_cases(data))


def test_no_film_and_no_table(data, tmp_path):
    assert not is_nih(tmp_path / "train_val_list.txt")
    (data / "Data_Entry_2017.csv").write_text(HEAD)
    with pytest.raises(InputError, match="lists none of the 3 images beside it"):
        find_nih(data, Wishes())
    assert find_nih(data / "images_001", Wishes()) is None
