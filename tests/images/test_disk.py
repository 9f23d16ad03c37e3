from __future__ import annotations

import errno
import os
import shutil

import pytest

from medunet.errors import OutputError
from medunet.images.disk import flush, flush_folder, make_folder, meant_name, put_folder, remove, temporary_of, told


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full. Free some space or write elsewhere."),
        (errno.EDQUOT, "the disk quota is used up. Free some space or write elsewhere."),
        (errno.EACCES, "may not be written by this user. Change the permissions or write elsewhere."),
        (errno.EROFS, "lies on a read-only disk. Write elsewhere."),
        (errno.EIO, "cannot be written (Input/output error). Write elsewhere."),
    ],
)
def test_what_the_system_says_is_one_line(tmp_path, number, words):
    with pytest.raises(OutputError) as fault, told(tmp_path / "a"):
        raise OSError(number, os.strerror(number))
    assert str(fault.value) == f"{tmp_path / 'a'}: {words}"


def test_a_temporary_name_is_hidden_new_each_time_and_keeps_the_ending(tmp_path):
    one, other = temporary_of(tmp_path / "a.nii.gz"), temporary_of(tmp_path / "a.nii.gz")
    assert one != other
    assert one.parent == tmp_path
    assert one.name[0] == "."
    assert one.name.endswith("-a.nii.gz")
    assert meant_name(one.name) == "a.nii.gz"


@pytest.mark.parametrize(
    "name", ["a.png", ".hidden", ".keep-a", ".0123abc-a", ".0123ABCD-a", "0123abcd-a", ".0123abcd-"]
)
def test_other_names_are_not_taken_for_temporary_ones(name):
    assert meant_name(name) == ""


@pytest.mark.parametrize("letter", ["n", "ü"])
def test_a_name_that_just_fits_can_be_written(tmp_path, letter):
    name = letter * ((255 - 4) // len(letter.encode())) + ".png"
    temporary = temporary_of(tmp_path / name)
    temporary.touch()
    assert temporary.name.endswith(".png")
    assert meant_name(temporary.name)


def test_folders_are_made_and_named_that_were_missing(tmp_path):
    assert make_folder(tmp_path / "a" / "b") == [tmp_path / "a", tmp_path / "a" / "b"]
    assert make_folder(tmp_path / "a" / "b" / "c") == [tmp_path / "a" / "b" / "c"]
    assert make_folder(tmp_path / "a" / "b") == []


def test_a_relative_folder_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_folder(type(tmp_path)("x/y"))
    assert (tmp_path / "x" / "y").is_dir()


def test_a_folder_that_another_process_makes_first_is_no_fault(tmp_path, monkeypatch):
    plain = os.mkdir

    def quicker(path, *rest):
        plain(path, *rest)
        return plain(path, *rest)

    monkeypatch.setattr(os, "mkdir", quicker)
    make_folder(tmp_path / "a")
    assert (tmp_path / "a").is_dir()


@pytest.mark.parametrize("name", ["file", "file/below", "dangling"])
def test_something_in_the_way_is_one_line(tmp_path, name):
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="lies under something that is not a folder"):
        make_folder(tmp_path / name)


def test_what_is_removed_is_a_file_a_folder_or_a_link_and_never_what_it_leads_to(tmp_path):
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "precious").touch()
    (tmp_path / "link").symlink_to(tmp_path / "keep", target_is_directory=True)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "keep", target_is_directory=True)
    (tmp_path / "file").touch()
    for name in ("link", "folder", "file", "nothing"):
        remove(tmp_path / name)
    assert names(tmp_path) == ["keep"]
    assert names(tmp_path / "keep") == ["precious"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_cannot_be_removed_is_one_line(tmp_path, monkeypatch, kind):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").touch()
    (tmp_path / "file").touch()

    def refuse(*arguments, **options):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(OutputError, match=r"cannot be removed \(Input/output error\). Check its permissions."):
        remove(tmp_path / kind)


@pytest.fixture
def folders(tmp_path):
    """A finished folder, and an earlier one in its place."""
    for name in ("new", "final"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "content").write_text(name)
    return tmp_path / "new", tmp_path / "final"


def test_a_finished_folder_takes_the_place_of_the_earlier_one(folders, tmp_path):
    put_folder(*folders)
    assert names(tmp_path) == ["final"]
    assert (tmp_path / "final" / "content").read_text() == "new"


def test_a_finished_folder_is_put_where_there_was_none(folders, tmp_path):
    shutil.rmtree(folders[1])
    put_folder(*folders)
    assert names(tmp_path) == ["final"]


@pytest.mark.parametrize("nth", [1, 2])
def test_when_it_cannot_be_put_there_the_earlier_one_stays(folders, tmp_path, monkeypatch, nth):
    plain, calls = os.replace, []

    def fails(*paths):
        calls.append(paths)
        if len(calls) == nth:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        plain(*paths)

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(OutputError, match="final: cannot be written"):
        put_folder(*folders)
    assert (tmp_path / "final" / "content").read_text() == "final"
    assert names(tmp_path) == ["final", "new"]


def test_flushing_tells_what_fails(tmp_path):
    (tmp_path / "a").touch()
    flush(tmp_path / "a")
    flush_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        flush(tmp_path / "nothing")


@pytest.mark.parametrize(("number", "fails"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)])
def test_a_file_system_that_cannot_flush_folders_is_no_fault(tmp_path, monkeypatch, number, fails):
    def fsync(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    if fails:
        with pytest.raises(OSError, match="Input/output"):
            flush_folder(tmp_path)
    else:
        flush_folder(tmp_path)
