from __future__ import annotations

import gzip

import pytest

from medunet.cases import records
from medunet.cases.records import read_record, stream_records
from medunet.errors import InputError

TEXT = '\ufeffid,note\r\na,"x, y"\n\nb,"two\nlines"\nc, z \n'


@pytest.mark.parametrize("packed", [False, True])
def test_every_row_is_found_again_by_its_place(tmp_path, packed):
    path = tmp_path / ("a.csv.gz" if packed else "a.csv")
    path.write_bytes(gzip.compress(TEXT.encode()) if packed else TEXT.encode())
    rows = list(stream_records(path))
    assert [row.cells for row in rows] == [["id", "note"], ["a", "x, y"], ["b", "two\nlines"], ["c", "z"]]
    assert [row.line for row in rows] == [1, 2, 4, 6]
    for row in reversed(rows[1:]):
        assert read_record(path, row.line, row.offset, row.size, row.delimiter) == row.cells


def test_the_delimiter_of_the_heading(tmp_path):
    (tmp_path / "a.csv").write_text("a;b\n1,5;2\n")
    assert [row.cells for row in stream_records(tmp_path / "a.csv")][1] == ["1,5", "2"]


def test_a_row_has_a_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "MAX_ROW_BYTES", 1000)
    (tmp_path / "a.csv").write_text("a,b\n" + "x" * 2000 + ",1\n")
    with pytest.raises(InputError, match=r"a\.csv, line 2: has a row of more than 1,000 bytes"):
        list(stream_records(tmp_path / "a.csv"))
    (tmp_path / "b.csv").write_text('a,b\n"' + "x\n" * 2000)
    with pytest.raises(InputError, match="line 2: has a row of more than"):
        list(stream_records(tmp_path / "b.csv"))


def test_a_long_cell_is_read(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n" + "7 " * 200_000 + ",1\n")
    assert len(list(stream_records(tmp_path / "a.csv"))[1].cells[0]) == 399_999


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"a,b\n\xff\xfe,1\n", "line 2: is not text in UTF-8"),
        (b'a,b\n"x"y,1\n', "line 2: cannot be read as CSV"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 5000, mtime=0)[:-30], "damaged or cut off"),
    ],
)
def test_faults_name_the_line(tmp_path, data, fault):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(InputError, match=fault):
        list(stream_records(tmp_path / "a.csv"))
