from __future__ import annotations

import pytest

from medunet.cases.manifest import find_table
from medunet.errors import InputError


def write(folder, *lines, name="cases.csv"):
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder


def test_files_named_in_the_table(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"])
    write(
        tmp_path,
        "id,file,mask,subject,split,view",
        "one,images/a.png,masks/a.png,p,train,PA",
        "two,./images/b.png,masks/b.png,q,Validation,",
    )
    found = find_table(tmp_path)
    one, two = found.rows
    assert (one.id, one.images, one.masks) == ("one", (tmp_path / "images/a.png",), (("", tmp_path / "masks/a.png"),))
    assert (one.split, two.split, one.subject, dict(one.tags)) == ("train", "val", "p", {"view": "PA"})
    assert (found.split_from, found.subject_column) == ("the column split", "subject")
    assert find_table(tmp_path / "cases.csv").rows == found.rows


def test_files_found_by_id(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b", "c"], mask_name="{}-label.png")
    write(tmp_path, "id,age", "a,50", "b,60")
    found = find_table(tmp_path)
    assert [row.masks for row in found.rows] == [(("", tmp_path / f"masks/{name}-label.png"),) for name in "ab"]
    assert found.said == (
        "2 cases listed in cases.csv",
        "2 images found by id in the folders beside it",
        "masks of 2 cases found by name beside it, as masks/a-label.png",
    )


def test_structures_found_by_id(tmp_path, pen):
    pen.pairs(tmp_path, ["a"], masks="masks/heart")
    pen.pairs(tmp_path, ["a"], masks="masks/lung")
    write(tmp_path, "id", "a")
    assert [structure for structure, _ in find_table(tmp_path).rows[0].masks] == ["heart", "lung"]


def test_bare_names_channels_and_ids_of_names(tmp_path, pen):
    pen.pairs(tmp_path, ["00000001_000"], images="images_001/images")
    pen.draw(tmp_path / "pre" / "x.png", pen.film())
    pen.draw(tmp_path / "flair" / "x.png", pen.film())
    write(tmp_path, "Image Index,Patient ID", "00000001_000.png,1", "pre/x.png|flair/x.png,2")
    rows = find_table(tmp_path).rows
    assert rows[0].images == (tmp_path / "images_001/images/00000001_000.png",)
    assert [path.parent.name for path in rows[1].images] == ["pre", "flair"]
    assert [row.id for row in rows] == ["00000001_000", "x"]


def test_splits_of_folders_hold_where_the_table_has_none(tmp_path, pen):
    pen.pairs(tmp_path / "train", ["a"])
    pen.pairs(tmp_path / "test", ["b"])
    write(tmp_path, "id,age", "a,1", "b,2")
    found = find_table(tmp_path)
    assert [row.split for row in found.rows] == ["train", "test"]
    assert found.split_from == "the folders"


def test_faults_are_reported_together_with_their_lines(tmp_path, pen):
    pen.pairs(tmp_path, ["a"])
    write(tmp_path, "id,image,split,subject", "a,images/a.png,holdout,p", ",,,q", "c,images/a.png,train,")
    with pytest.raises(InputError) as caught:
        find_table(tmp_path)
    text = str(caught.value)
    assert "line 2: has the unknown split 'holdout'" in text
    assert "line 3: has no id" in text
    assert "line 4: has no subject" in text


def test_missing_files_are_reported_together(tmp_path, pen):
    pen.pairs(tmp_path, ["a"])
    write(tmp_path, "id,image", "a,images/a.png", "b,images/b.png", "c,")
    with pytest.raises(
        InputError, match=r"line 3: names images/b.png, which is not there; cases.csv, line 4: names no file"
    ):
        find_table(tmp_path)
    write(tmp_path, "id,image,target", "a,images/a.png,masks/z.png")
    with pytest.raises(InputError, match=r"line 2: names masks/z.png, which is not there"):
        find_table(tmp_path)


def test_ids_twice_and_no_useful_column(tmp_path, pen):
    pen.pairs(tmp_path, ["a"])
    write(tmp_path, "id", "a", "b", "a")
    with pytest.raises(InputError, match=r"cases.csv, lines 2, 4: have one id, a"):
        find_table(tmp_path)
    write(tmp_path, "age,sex", "1,M")
    with pytest.raises(InputError, match=r"neither a column id nor a column image. Write .*column image, file, path"):
        find_table(tmp_path)


def test_a_path_of_windows_gives_the_name_of_its_file(tmp_path, pen):
    pen.pairs(tmp_path, ["a"])
    write(tmp_path, "file", "images\\a.png")
    (row,) = find_table(tmp_path).rows
    assert (row.id, row.images) == ("a", (tmp_path / "images" / "a.png",))


def test_very_many_ids_twice(tmp_path, pen):
    """Each line is looked at once: with a look at all lines for each id, this would take minutes."""
    pen.pairs(tmp_path, ["a"])
    write(tmp_path, "id", *(f"c{number}" for number in range(10_000)), *(f"c{number}" for number in range(10_000)))
    with pytest.raises(InputError, match=r"cases.csv, lines 2, 10002: have one id, c0; .* \(and 9992 more\)"):
        find_table(tmp_path)


def test_several_folders_of_images_must_be_named(tmp_path, pen):
    for folder in ("pre", "flair"):
        pen.draw(tmp_path / folder / "x.png", pen.film())
    write(tmp_path, "id", "x")
    with pytest.raises(InputError, match=r"2 files \(flair, pre\) are called x. Name the file in the column image"):
        find_table(tmp_path)


def test_structures_that_were_looked_for(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b", "c"])
    write(tmp_path, "id,annotated", "a,heart;left lung", "b,heart|lung", "c,")
    assert [row.annotated for row in find_table(tmp_path).rows] == [("heart", "left lung"), ("heart", "lung"), None]


def test_no_table(tmp_path):
    assert find_table(tmp_path) is None
    assert find_table(tmp_path / "cases.csv") is None


@pytest.mark.parametrize("name", ["images\\a.png", ".\\images\\a.png", "images/a.png"])
def test_paths_as_windows_writes_them(tmp_path, pen, name):
    pen.pairs(tmp_path, ["a"])
    write(tmp_path, "id,image", f"x,{name}")
    assert find_table(tmp_path).rows[0].images == (tmp_path / "images/a.png",)
