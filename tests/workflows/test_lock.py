from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time

import filelock
import pytest

from medunet.errors import OutputError
from medunet.workflows import lock as module
from medunet.workflows import surroundings
from medunet.workflows.lock import LOCK, NOTE, Owner, held, owner_of

HOLD = """
import sys, time
from pathlib import Path
from medunet.workflows.lock import held
with held(Path(sys.argv[1]), "train"):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(folder):
    """A process that holds the folder until its standard input ends."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], **pipes)
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.1)


@pytest.fixture
def note(tmp_path):
    """Write the note of an owner that differs from this process in what is told."""

    def write(**other):
        said = {"command": "train", "process": 2**22 + 1, "host": surroundings.host(), "boot": surroundings.boot()}
        (tmp_path / NOTE).write_text(json.dumps(said | {"since": "2026-01-02T03:04:05+00:00"} | other))

    return write


def test_the_note_says_who_and_goes_with_the_block(tmp_path):
    with held(tmp_path / "new" / "out", "predict"):
        owner = owner_of(tmp_path / "new" / "out")
        assert (owner.command, owner.process, owner.host) == ("predict", os.getpid(), surroundings.host())
        assert owner.since[:10] == surroundings.now()[:10]
        assert not owner.elsewhere
        assert not owner.gone
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_it_is_given_back_however_the_block_ends(tmp_path, error):
    with pytest.raises(error), held(tmp_path, "predict"):
        raise error
    assert not list(tmp_path.iterdir())
    with held(tmp_path, "predict"):
        pass


def test_what_came_into_the_folder_stays(tmp_path):
    with held(tmp_path / "new" / "out", "predict"):
        (tmp_path / "new" / "out" / "mask.png").touch()
    assert [path.name for path in (tmp_path / "new" / "out").iterdir()] == ["mask.png"]


def test_another_process_is_refused_and_told_who_and_since_when(tmp_path):
    process = hold(tmp_path)
    try:
        words = (
            rf"is being written by medunet train \(process {process.pid} on .* since 20..-..-..T.*\). Wait until it has"
        )
        with pytest.raises(OutputError, match=words), held(tmp_path, "predict"):
            pytest.fail("two at once")
        assert owner_of(tmp_path).process == process.pid
    finally:
        process.communicate()
    with held(tmp_path, "predict"):
        assert owner_of(tmp_path).process == os.getpid()


@pytest.mark.parametrize("farewell", [signal.SIGKILL, signal.SIGTERM], ids=lambda one: one.name)
def test_a_process_that_was_killed_stands_in_nobodys_way(tmp_path, farewell):
    process = hold(tmp_path)
    process.send_signal(farewell)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [LOCK, NOTE]
    with held(tmp_path, "predict"):
        assert owner_of(tmp_path).process == os.getpid()
    assert not list(tmp_path.iterdir())


def test_a_child_of_a_killed_process_does_not_keep_the_folder(tmp_path):
    """Workers are forked, and an orphan may live on for a while."""
    code = HOLD.replace("    print", "    import os\n    if os.fork() == 0:\n        time.sleep(30)\n    print")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "start_new_session": True}
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], **pipes)
    try:
        assert process.stdout.readline() == "held\n"
        process.kill()
        process.wait()
        os.killpg(process.pid, 0)  # the child is still there
        with held(tmp_path, "predict"):
            pass
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.stdin.close()
        process.stdout.close()


def test_two_folders_at_once_are_fine(tmp_path):
    with held(tmp_path / "fold-0", "train"), held(tmp_path / "fold-1", "train"), held(tmp_path, "demo"):
        assert owner_of(tmp_path / "fold-1").command == "train"


def test_twice_in_one_process_is_refused_too(tmp_path):
    with (
        held(tmp_path, "train"),
        pytest.raises(OutputError, match=f"process {os.getpid()} on"),
        held(tmp_path, "train"),
    ):
        pass


def test_one_that_is_just_ending_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 5)
    inside, end = threading.Event(), threading.Event()

    def first():
        with held(tmp_path, "train"):
            inside.set()
            end.wait()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait()
    threading.Timer(0.2, end.set).start()
    start = time.monotonic()
    with held(tmp_path, "predict"):
        assert time.monotonic() - start < 4
    thread.join()


@pytest.mark.parametrize("content", ["", "half a {", "[1]", '{"process": "x"}', '{"command": "train"}'])
def test_a_note_that_cannot_be_read_is_none(tmp_path, content):
    (tmp_path / NOTE).write_text(content)
    assert owner_of(tmp_path) is None
    with held(tmp_path, "predict"):
        pass


# whose note counts


def test_a_note_from_before_the_machine_was_started_anew_is_stale(tmp_path, note):
    note(boot="another", process=os.getpid())
    assert owner_of(tmp_path).gone
    with held(tmp_path, "predict"):
        pass


def test_a_container_of_another_name_on_this_machine_is_no_other_machine(tmp_path, note, monkeypatch):
    monkeypatch.setattr(surroundings, "boot", lambda: "one")
    note(host="container-7", boot="one")
    assert not owner_of(tmp_path).elsewhere
    with held(tmp_path, "predict"):
        pass


@pytest.mark.parametrize("process", [os.getpid(), 2**22 + 1], ids=["a number that runs here", "one that does not"])
def test_of_another_machine_nothing_is_known_but_what_the_note_says(tmp_path, note, process):
    note(host="node-7", boot="another", process=process)
    words = rf"train \(process {process} on node-7 since 2026-01-02T03:04:05.*\). Wait .*; if it was killed"
    with pytest.raises(OutputError, match=words) as fault, held(tmp_path, "predict"):
        pytest.fail("two at once")
    assert str(tmp_path / NOTE) in str(fault.value)
    assert [path.name for path in tmp_path.iterdir()] == [NOTE]
    (tmp_path / NOTE).unlink()
    with held(tmp_path, "predict"):
        pass


def test_where_the_start_of_a_machine_is_unknown_its_name_counts(monkeypatch):
    monkeypatch.setattr(surroundings, "boot", lambda: "")
    monkeypatch.setattr(surroundings, "host", lambda: "here")
    assert Owner("train", 1, "there", "", "").elsewhere
    assert not Owner("train", 1, "here", "", "").elsewhere
    assert not Owner("train", os.getpid(), "here", "", "").gone


# disks without locks


@pytest.fixture(params=[errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def no_locks(request, monkeypatch):
    def refuse(self):
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)


def test_where_there_are_no_locks_the_note_of_a_living_process_counts(tmp_path, no_locks, note):
    with held(tmp_path, "train"):
        assert owner_of(tmp_path).process == os.getpid()
        words = f"is being written by medunet train .process {os.getpid()}"
        with pytest.raises(OutputError, match=words), held(tmp_path, "predict"):
            pytest.fail("two at once")
    assert not list(tmp_path.iterdir())


def test_where_there_are_no_locks_the_note_of_a_dead_process_is_stale(tmp_path, no_locks, note):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    note(process=process.pid)
    with held(tmp_path, "predict"):
        assert owner_of(tmp_path).process == os.getpid()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EIO])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, number):
    def refuse(self):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with pytest.raises(OutputError, match=r"\.medunet\.lock: "), held(tmp_path / "out", "predict"):
        pass
    assert not list(tmp_path.iterdir())
