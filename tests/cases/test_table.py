from __future__ import annotations

import gzip

import pytest

from medunet.cases.table import read_table
from medunet.errors import InputError


def table(tmp_path, text, name="cases.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8"))
    return read_table(path)


@pytest.mark.parametrize(
    ("heading", "columns"),
    [
        ("id,subject,image,target,split,annotated", ["id", "image", "target", "subject", "split", "annotated"]),
        ("Image Index,Patient ID,View Position", ["image", "subject"]),
        ("CASE,File_Name,patient-id", ["id", "image", "subject"]),
        ("path,mask", ["image", "target"]),
    ],
)
def test_columns_under_any_spelling(tmp_path, heading, columns):
    cells = ",".join(f"v{n}.png" for n in range(heading.count(",") + 1))
    assert list(table(tmp_path, f"{heading}\n{cells}\n").columns) == columns


def test_other_columns_are_tags(tmp_path):
    line = table(tmp_path, "id,Age, site \na, 58 ,north\n").lines[0]
    assert dict(line.tags) == {"Age": "58", "site": "north"}
    assert (line.number, dict(line.cells)) == (2, {"id": "a"})


def test_a_column_of_classes_is_no_mask(tmp_path):
    assert "target" not in table(tmp_path, "id,label\na,1\nb,0\n").columns
    assert "target" in table(tmp_path, "id,label\na,masks/a.png\n").columns


def test_semicolons_gzip_byte_order_mark_and_quotes(tmp_path):
    text = '\ufeffid;note\na;"x;y\nz"\n\nb;\n'
    lines = table(tmp_path, text).lines
    assert [(line.number, line.cells["id"], line.tags["note"]) for line in lines] == [(3, "a", "x;y\nz"), (5, "b", "")]
    packed = tmp_path / "cases.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert read_table(packed).lines == lines


def test_a_very_long_cell(tmp_path):
    long = "1 2 " * 100_000
    assert table(tmp_path, f"id,Heart\na,{long}\n").lines[0].tags["Heart"] == long.strip()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "holds no case"),
        ("id,image\n", "holds no case"),
        ("id,id\na,b\n", "has the column id more than once"),
        ("id,image\na\nb\n", r"line 2: has 1 cells where the heading has 2; cases.csv, line 3"),
        ('id\n"a\n', "cannot be read as CSV"),
    ],
)
def test_faults(tmp_path, text, fault):
    with pytest.raises(InputError, match=fault):
        table(tmp_path, text)


def test_not_text(tmp_path):
    (tmp_path / "cases.csv").write_bytes(b"id\n\xff\xfe\n")
    with pytest.raises(InputError, match="not text in UTF-8"):
        read_table(tmp_path / "cases.csv")
    (tmp_path / "cases.csv.gz").write_bytes(gzip.compress(b"id\na\n")[:-6])
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / "cases.csv.gz")
