from __future__ import annotations

import errno
import json
import os
import pathlib
from contextlib import contextmanager, suppress

import pytest

from medunet.errors import OutputError
from medunet.images import write_text
from medunet.workflows.lock import LOCK, NOTE, held
from medunet.workflows.output import MARK, check, reserve

ONE = {"command": "predict", "model": "abc", "inputs": ("a", "b")}
OTHER = {**ONE, "model": "xyz"}
OWNED = ("masks", "table.csv")


def claim(folder, identity, owned, *, overwrite=False, reads=()):
    """What a command does with its output folder before it works."""
    with reserve(folder, identity, overwrite=overwrite) as place:
        return place.claim(owned, reads)


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
    with pytest.raises(OutputError, match=r"is a file|lies under something that is not a folder|cannot be reached"):
        claim(tmp_path / name, ONE, OWNED, overwrite=True)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_read_only_folder_is_one_line(tmp_path, monkeypatch):
    """Root may write anywhere, so the system's answer is played."""

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(pathlib.Path, "mkdir", refuse)
    with pytest.raises(OutputError, match=r"out: may not be written by this user. Change the permissions or"):
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


# the reservation


@pytest.mark.parametrize("before", ["nothing", "an empty folder"])
def test_a_call_that_ends_before_it_claims_leaves_nothing(tmp_path, before):
    out = tmp_path / "new" / "out"
    if before == "an empty folder":
        out.mkdir(parents=True)
    with pytest.raises(ZeroDivisionError), reserve(out, ONE):
        1 / 0  # noqa: B018
    assert out.exists() == (before == "an empty folder")
    assert (tmp_path / "new").exists() == (before == "an empty folder")
    assert not list(tmp_path.rglob(".*"))


def test_earlier_results_are_as_they_were_until_the_claim(tmp_path):
    claim(tmp_path, ONE, OWNED)
    fill(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(ZeroDivisionError), reserve(tmp_path, OTHER, overwrite=True):
        1 / 0  # noqa: B018
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_while_it_is_reserved_another_is_refused_and_told_who(tmp_path):
    with reserve(tmp_path / "out", ONE) as place:
        for identity in (ONE, OTHER):
            with pytest.raises(OutputError, match=rf"is being written by medunet predict \(process {os.getpid()} on "):
                claim(tmp_path / "out", identity, OWNED)
        assert place.claim(OWNED) is False
    assert claim(tmp_path / "out", ONE, OWNED) is True


def test_who_comes_first_in_the_meantime_is_noticed(tmp_path, monkeypatch):
    """Between the look at the folder and the lock another call may have begun and ended."""
    monkeypatch.setattr("medunet.workflows.output.held", lambda *_: _another_was_there(tmp_path))
    with pytest.raises(OutputError, match=r"holds other results \(differs in: model\)"), reserve(tmp_path, ONE):
        pytest.fail("it was given the folder of another call")


@contextmanager
def _another_was_there(folder):
    (folder / MARK).write_text(json.dumps(OTHER))
    yield


def test_a_folder_of_something_else_is_not_even_locked(tmp_path, monkeypatch):
    (tmp_path / "theirs.txt").write_text("x")
    monkeypatch.setattr("medunet.workflows.output.held", lambda *_: pytest.fail("it was locked"))
    with pytest.raises(OutputError, match="was not made by medunet"), reserve(tmp_path, ONE, overwrite=True):
        pass


@pytest.mark.parametrize("traces", [(LOCK,), (LOCK, NOTE), (f".0123abcd-{MARK}",), (LOCK, NOTE, f".0123abcd-{NOTE}")])
def test_what_a_call_leaves_that_was_killed_before_it_claimed_is_in_nobodys_way(tmp_path, traces):
    for name in traces:
        (tmp_path / name).touch()
    assert claim(tmp_path, ONE, OWNED) is False
    assert [path.name for path in tmp_path.iterdir()] == [MARK]


# half written files of a call that was killed


def test_what_was_left_half_written_goes_with_the_next_call(tmp_path):
    claim(tmp_path, ONE, OWNED)
    fill(tmp_path)
    (tmp_path / "masks" / "deep").mkdir()
    left = [".0123abcd-table.csv", f".0123abcd-{MARK}", "masks/.89abcdef-a.png", "masks/deep/.89abcdef-b.nii.gz"]
    kept = [".0123abcd-notes.txt", ".hidden", "masks/.keep", "masks/.0123abc-short", "masks/.0123ABCD-upper"]
    for name in (*left, *kept):
        (tmp_path / name).write_text("half")
    assert claim(tmp_path, ONE, OWNED) is True
    assert [name for name in left if (tmp_path / name).exists()] == []
    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert (tmp_path / "masks" / "a.png").read_text() == "mask"


def test_a_folder_left_half_replaced_goes_too(tmp_path):
    claim(tmp_path, ONE, OWNED)
    (tmp_path / ".0123abcd-masks").mkdir()
    (tmp_path / ".0123abcd-masks" / "a.png").touch()
    claim(tmp_path, ONE, OWNED)
    assert [path.name for path in tmp_path.iterdir()] == [MARK]


def test_half_written_files_of_a_folder_with_a_mark_of_its_own_are_its_own(tmp_path):
    """A run's evaluation may go on while the run is resumed."""
    run = {"command": "train"}
    claim(tmp_path, run, ("evaluation",))
    claim(tmp_path / "evaluation" / "test", ONE, OWNED)
    half = tmp_path / "evaluation" / "test" / ".0123abcd-table.csv"
    half.touch()
    claim(tmp_path, run, ("evaluation",))
    assert half.exists()


def test_overwriting_a_folder_in_which_another_writes_below_is_refused(tmp_path):
    run = {"command": "train"}
    claim(tmp_path, run, ("evaluation",))
    with reserve(tmp_path / "evaluation" / "test", {"command": "evaluate"}) as inner:
        inner.claim(OWNED)
        with pytest.raises(OutputError, match=r"test: is being written by medunet evaluate \(process"):
            claim(tmp_path, run, ("evaluation",), overwrite=True)
        assert (tmp_path / "evaluation" / "test" / MARK).exists()
    claim(tmp_path, run, ("evaluation",), overwrite=True)
    assert not (tmp_path / "evaluation").exists()


# inputs among the output


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", [".", "masks", "masks/a.png", "notes.txt"])
def test_what_is_to_be_read_must_not_lie_where_it_would_be_removed(tmp_path, name, overwrite):
    out = tmp_path / "out"
    claim(out, ONE, OWNED)
    fill(out)
    (tmp_path / "link").symlink_to(out / name)
    for reads in (out / name, tmp_path / "link"):
        with pytest.raises(OutputError, match=r"out: holds what is to be read \(.*\). Choose another --out"):
            claim(out, ONE, OWNED, overwrite=overwrite, reads=[tmp_path, reads])
    assert (out / "masks" / "a.png").read_text() == "mask"


def test_an_output_among_the_inputs_is_no_fault(tmp_path):
    (tmp_path / "film.png").touch()
    assert claim(tmp_path / "out", ONE, OWNED, reads=[tmp_path, tmp_path / "film.png"]) is False


# links


@pytest.mark.parametrize("target", ["folder", "nothing"])
def test_a_link_in_the_place_of_an_own_folder_is_refused(tmp_path, target):
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    if target == "folder":
        elsewhere.mkdir()
    claim(out, ONE, OWNED)
    (out / "masks").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(OutputError, match=r"masks: is a link that leads out of the folder. Remove the link, or choose"):
        claim(out, ONE, OWNED)
    assert (out / "masks").is_symlink()


def test_a_link_in_the_place_of_an_own_file_is_replaced_and_not_followed(tmp_path):
    out, precious = tmp_path / "out", tmp_path / "precious.csv"
    precious.write_text("keep")
    claim(out, ONE, OWNED)
    (out / "table.csv").symlink_to(precious)
    claim(out, ONE, OWNED)
    write_text(out / "table.csv", "new")
    assert not (out / "table.csv").is_symlink()
    assert precious.read_text() == "keep"


def test_the_output_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "large disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "large disk", target_is_directory=True)
    assert claim(tmp_path / "out", ONE, OWNED) is False
    assert (tmp_path / "large disk" / MARK).is_file()
    with held(tmp_path / "large disk", "train"), pytest.raises(OutputError, match="is being written by medunet train"):
        claim(tmp_path / "out", ONE, OWNED)


def test_a_mark_that_is_a_link_makes_no_folder_ours(tmp_path):
    claim(tmp_path / "ours", ONE, OWNED)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / MARK).symlink_to(tmp_path / "ours" / MARK)
    with pytest.raises(OutputError, match="was not made by medunet"):
        claim(theirs, ONE, OWNED, overwrite=True)


@pytest.mark.parametrize("name", [LOCK, NOTE])
def test_a_link_in_the_place_of_lock_or_note_is_not_followed(tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("keep")
    claim(tmp_path / "out", ONE, OWNED)
    (tmp_path / "out" / name).symlink_to(precious)
    with suppress(OutputError):
        claim(tmp_path / "out", ONE, OWNED)
    assert precious.read_text() == "keep"
