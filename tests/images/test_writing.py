import csv
import errno
import json
import os
import stat

import numpy as np
import pytest

from medunet.errors import OutputError
from medunet.images import writing
from medunet.images.writing import whole, write_bytes, write_csv, write_json, write_text


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole_with_ordinary_permissions(tmp_path):
    path = tmp_path / "new" / "a.nii.gz"
    with whole(path) as temporary:
        assert temporary.parent == path.parent
        assert temporary.name.startswith(".")
        assert temporary.name.endswith("-a.nii.gz")
        assert not path.exists()
        temporary.write_bytes(b"abc")
    assert path.read_bytes() == b"abc"
    assert names(path.parent) == ["a.nii.gz"]
    (tmp_path / "plain").touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyboardInterrupt(), SystemExit(1)])
def test_when_writing_stops_the_earlier_file_is_intact_and_nothing_is_left(tmp_path, error):
    path = tmp_path / "a.csv"
    path.write_text("earlier")

    def stop_half_way():
        with whole(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(type(error)):
        stop_half_way()
    assert path.read_text() == "earlier"
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "may not be written"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "cannot be written"),
    ],
)
def test_a_failing_disk_is_one_line_at_any_step(tmp_path, monkeypatch, call, number, words):
    path = tmp_path / "a.csv"
    path.write_text("earlier")

    def fail(*arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing.os, call, fail)
    with pytest.raises(OutputError, match=words) as caught:
        write_text(path, "later")
    monkeypatch.undo()
    assert str(path) in str(caught.value)
    assert path.read_text() == "earlier"
    assert names(tmp_path) == ["a.csv"]


def test_a_full_disk_while_the_caller_writes_is_the_same(tmp_path):
    def fill():
        with whole(tmp_path / "a.csv"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match="the disk is full"):
        fill()
    assert names(tmp_path) == []


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for name, words in {
        "file/a.csv": "not a folder",
        "folder": "is a folder",
        "n" * 256: "name that is too long",
    }.items():
        with pytest.raises(OutputError, match=words):
            write_text(tmp_path / name, "x")
    assert names(tmp_path) == ["file", "folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="may not be written by this user"):
            write_text(tmp_path / "a.csv", "x")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_system_that_cannot_flush_folders_is_no_fault(tmp_path, monkeypatch):
    real = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(writing.os, "fsync", fsync)
    write_bytes(tmp_path / "a", b"x")
    assert (tmp_path / "a").read_bytes() == b"x"


def test_json_keeps_order_and_refuses_nan(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"b": 1, "a": [None, "ü"]})
    assert path.read_text(encoding="utf-8") == '{\n  "b": 1,\n  "a": [\n    null,\n    "ü"\n  ]\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, {"dice": float("nan")})
    assert list(json.loads(path.read_text())) == ["b", "a"]


def test_csv_cells(tmp_path):
    path = tmp_path / "a.csv"
    row = [None, 0.123456789, np.float32(0.5), 1e-9, 12, "a,b", True, np.int64(3)]
    write_csv(path, list("abcdefgh"), [row])
    assert path.read_text() == 'a,b,c,d,e,f,g,h\n,0.123457,0.5,1e-09,12,"a,b",true,3\n'


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        *((text, f"'{text}") for text in ("=1+1", "@SUM(A1)", "+cmd", "-x", "-inf", "\t=1")),
        *((text, text) for text in ("-1", "+0.5", "-1e3", "a=b", "")),
    ],
)
def test_text_that_a_spreadsheet_would_run_is_made_text(tmp_path, text, cell):
    write_csv(tmp_path / "a.csv", ["x"], [[text]])
    with open(tmp_path / "a.csv", newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["x"], [cell]]


def test_bad_tables_are_our_own_mistake_and_leave_nothing(tmp_path):
    for rows in ([["a"]], [[1.0, float("nan")]], [[1.0, float("inf")]]):
        with pytest.raises(ValueError, match=r"cells|finite"):
            write_csv(tmp_path / "a.csv", ["x", "y"], rows)
    assert names(tmp_path) == []
