from __future__ import annotations

import errno
import json
import os
import pathlib

import pytest

from medunet.errors import OutputError
from medunet.workflows.output import MARK, check, claim

ONE = {"command": "predict", "model": "abc", "inputs": ("a", "b")}
OTHER = {**ONE, "model": "xyz"}
OWNED = ("masks", "table.csv")


def fill(folder):
    """What a command leaves, and a note of the user's."""
    (folder / "masks").mkdir()
    (folder / "masks" / "a.png").write_text("mask")
    (folder / "table.csv").write_text("table")
    (folder / "notes.txt").write_text("mine")


@pytest.mark.parametrize("name", ["new", "new/deep/er"])
def test_a_new_folder_is_made_with_its_parents_and_marked(tmp_path, name):
    assert claim(tmp_path / name, ONE, OWNED) is False
    assert json.loads((tmp_path / name / MARK).read_text())["model"] == "abc"
    assert [path.name for path in (tmp_path / name).iterdir()] == [MARK]


def test_an_empty_folder_may_be_taken(tmp_path):
    assert claim(tmp_path, ONE, OWNED) is False


def test_the_same_call_goes_on(tmp_path):
    claim(tmp_path, ONE, OWNED)
    fill(tmp_path)
    assert check(tmp_path, ONE) is True
    assert claim(tmp_path, ONE, OWNED) is True
    assert (tmp_path / "masks" / "a.png").exists()


def test_other_settings_are_refused_and_named(tmp_path):
    claim(tmp_path, ONE, OWNED)
    fill(tmp_path)
    for ask in (check, lambda *words: claim(*words, OWNED)):
        with pytest.raises(OutputError, match=r"holds other results \(differs in: model\). Choose .* or add --overw"):
            ask(tmp_path, OTHER)
    assert json.loads((tmp_path / MARK).read_text())["model"] == "abc"


def test_overwrite_removes_what_the_command_owns_and_nothing_else(tmp_path):
    claim(tmp_path, ONE, OWNED)
    fill(tmp_path)
    assert claim(tmp_path, OTHER, OWNED, overwrite=True) is False
    assert sorted(path.name for path in tmp_path.iterdir()) == [MARK, "notes.txt"]
    assert json.loads((tmp_path / MARK).read_text())["model"] == "xyz"


def test_overwrite_of_the_same_call_starts_anew_too(tmp_path):
    claim(tmp_path, ONE, OWNED)
    fill(tmp_path)
    assert claim(tmp_path, ONE, OWNED, overwrite=True) is False
    assert not (tmp_path / "masks").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_made_by_something_else_is_never_touched(tmp_path, overwrite):
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "precious.png").write_text("years of work")
    with pytest.raises(OutputError, match="was not made by medunet and is not empty"):
        claim(tmp_path, ONE, OWNED, overwrite=overwrite)
    assert (tmp_path / "masks" / "precious.png").read_text() == "years of work"
    assert not (tmp_path / MARK).exists()


@pytest.mark.parametrize("mark", ["", "half a {", "[1]", '{"other": 1}', "\udcff"])
def test_a_mark_that_is_not_ours_makes_no_folder_ours(tmp_path, mark):
    (tmp_path / MARK).write_bytes(mark.encode("utf-8", "surrogateescape"))
    with pytest.raises(OutputError, match="was not made by medunet"):
        claim(tmp_path, ONE, OWNED, overwrite=True)


@pytest.mark.parametrize("overwrite", [False, True])
def test_another_commands_folder_is_refused_even_to_overwrite(tmp_path, overwrite):
    claim(tmp_path, {"command": "train", "recipe": "r"}, ("model",))
    (tmp_path / "model").write_text("hours of work")
    with pytest.raises(OutputError, match=r"holds the results of medunet train. Choose another --out"):
        claim(tmp_path, ONE, ("model",), overwrite=overwrite)
    assert (tmp_path / "model").read_text() == "hours of work"


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_the_way_is_one_line(tmp_path, name):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"is a file|cannot be made|cannot be reached"):
        claim(tmp_path / name, ONE, OWNED, overwrite=True)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_read_only_folder_is_one_line(tmp_path, monkeypatch):
    """Root may write anywhere, so the system's answer is played."""

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(pathlib.Path, "mkdir", refuse)
    with pytest.raises(OutputError, match=r"out: cannot be made \(Permission denied\). Choose a writable --out."):
        claim(tmp_path / "out", ONE, OWNED)
    monkeypatch.undo()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match="may not be written by this user"):
        claim(tmp_path, ONE, OWNED)
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_removed_is_one_line(tmp_path, monkeypatch):
    claim(tmp_path, ONE, OWNED)
    fill(tmp_path)

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("shutil.rmtree", refuse)
    with pytest.raises(OutputError, match=r"masks: cannot be removed \(Permission denied\)"):
        claim(tmp_path, OTHER, OWNED, overwrite=True)


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("keep")
    out = tmp_path / "out"
    claim(out, ONE, OWNED)
    (out / "masks").symlink_to(elsewhere, target_is_directory=True)
    claim(out, OTHER, OWNED, overwrite=True)
    assert not (out / "masks").exists()
    assert (elsewhere / "precious").read_text() == "keep"


def test_check_changes_nothing(tmp_path):
    assert check(tmp_path / "new", ONE) is False
    assert not (tmp_path / "new").exists()
    claim(tmp_path / "out", ONE, OWNED)
    fill(tmp_path / "out")
    assert check(tmp_path / "out", OTHER, overwrite=True) is False
    assert (tmp_path / "out" / "masks" / "a.png").exists()
