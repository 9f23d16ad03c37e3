from __future__ import annotations

import gzip

import pytest

from medunet.cases.table import read_table
from medunet.errors import InputError
from medunet.images import limits_set, write_csv


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


def test_very_many_columns(tmp_path):
    """Each column is looked at once: with a look at all others for each, this would take minutes."""
    names = [f"k{number}" for number in range(30_000)]
    line = table(tmp_path, f"id,{','.join(names)}\na,{','.join('1' * len(names))}\n").lines[0]
    assert list(line.tags) == names
    with pytest.raises(InputError, match="has the column k7 more than once"):
        table(tmp_path, f"id,{','.join(names)},k7\na,{','.join('1' * len(names))},1\n")


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
    with pytest.raises(InputError, match="damaged or cut off"):
        read_table(tmp_path / "cases.csv.gz")


WORDS = "id,subject,note\n007,s1,ü\nb,s2,\n"


@pytest.mark.parametrize(
    "data",
    [
        WORDS.encode("utf-8-sig"),
        WORDS.encode("utf-16"),
        b"\xfe\xff" + WORDS.encode("utf-16-be"),
        WORDS.replace("\n", "\r\n").encode(),
        WORDS.replace("\n", "\r").encode(),
        WORDS.replace(",", "\t").encode("utf-16"),
        b"sep=;\r\n" + WORDS.replace(",", ";").encode(),
        WORDS.replace("007", '="007"').encode(),
        b"\n\n" + WORDS.encode(),
    ],
    ids=range(9),
)
def test_what_spreadsheets_write_is_the_same_table(tmp_path, data):
    path = tmp_path / "cases.csv"
    path.write_bytes(data)
    found = read_table(path)
    assert [(dict(line.cells), dict(line.tags)) for line in found.lines] == [
        ({"id": "007", "subject": "s1"}, {"note": "ü"}),
        ({"id": "b", "subject": "s2"}, {"note": ""}),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (WORDS.replace("ü", "u").encode("utf-16-le"), "signs that no text has"),
        (WORDS.encode("latin-1"), "is not text in UTF-8"),
        (b"PK\x03\x04" + bytes(40), "a spreadsheet"),
        (b"\0" * 40, "signs that no text has"),
        (gzip.compress(WORDS.encode())[:-5], "damaged or cut off"),
        (b"\x1f\x8bzzzz", "damaged or cut off"),
        (gzip.compress(WORDS.encode())[:10] + b"\xff\xff\xff", "damaged or cut off"),
    ],
    ids=range(7),
)
def test_what_is_no_readable_text_is_said_to_be_what_it_is(tmp_path, data, words):
    path = tmp_path / "cases.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        read_table(path)
    assert "\n" not in str(caught.value)


def test_a_table_that_inflates_without_end_is_stopped(tmp_path):
    path = tmp_path / "cases.csv.gz"
    path.write_bytes(gzip.compress(b"id\n" + b"a\n" * 5000))
    assert len(read_table(path).lines) == 5000
    with limits_set(max_inflated_bytes=2000), pytest.raises(InputError, match="max_inflated_bytes of 2,000"):
        read_table(path)


@pytest.mark.parametrize("text", ["=1+1", "+abc", "@x", "-film", "'quoted", "a'b", "=", "'"])
def test_a_table_reads_back_what_write_csv_kept_from_being_run(tmp_path, text):
    write_csv(tmp_path / "cases.csv", ["id", "subject"], [[text, "s"]])
    assert read_table(tmp_path / "cases.csv").lines[0].cells["id"] == text


def test_equal_cells_of_a_long_table_are_kept_once(tmp_path):
    """A hundred megabytes of measurements say the same few words in a million lines."""
    (tmp_path / "t.csv").write_text("id,unit,note\na,ratio,view unknown\nb,ratio,view unknown\n", encoding="utf-8")
    first, second = (line.tags for line in read_table(tmp_path / "t.csv").lines)
    assert first["note"] is second["note"]
    assert first["unit"] is second["unit"]


def test_lines_are_chosen_by_their_cells_and_the_others_are_checked_all_the_same(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('id,kind\na,x\n\n"b",y\nc,x\n', encoding="utf-8")
    found = read_table(path, lambda header: lambda cells: cells[header.index("kind")] == "x")
    assert [(line.number, line.cells["id"]) for line in found.lines] == [(2, "a"), (5, "c")]
    assert len(read_table(path, lambda header: None).lines) == 3
    path.write_text("id,kind\na,x\nb\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: has 1 cells where the heading has 2"):
        read_table(path, lambda header: lambda cells: cells[1] == "x")
