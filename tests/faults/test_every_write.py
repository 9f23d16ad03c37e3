"""Every step of writing fails once, for every command: one line, no half file, and the same call then completes.

The films and networks are tiny and the pages are not drawn, but every file is written as it always is.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import shutil

import PIL.Image
import pytest
import torch
import yaml

from medunet.cli.entry import run
from medunet.images import meant_name
from medunet.training.checkpoints import load_checkpoint
from medunet.workflows.lock import LOCK, NOTE

FULL, BROKEN, FORBIDDEN = errno.ENOSPC, errno.EIO, errno.EACCES
STEPS = 10_000
"""More than any command here has."""

AFTER_ALL = (f"unlink {NOTE}", f"unlink {LOCK}", "rmdir .")
"""Steps of a call that is done: its lock goes, and its folder if there is nothing in it."""


def tree(folder):
    """Path → content of all files below a folder, hidden ones too; what changes from call to call is left out."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _content(path) for path in files}


def _content(path):
    content = path.read_bytes()
    if path.name == "run.json":
        return re.sub(rb'"(seconds|started)": .*', b"", content)
    if path.name == "log.csv":
        return b"\n".join(line.rsplit(b",", 1)[0] for line in content.splitlines())
    return content


def is_whole(path):
    """Whether a file that a broken call left on its way to the end is one that can be read to its end."""
    if path.suffix == ".csv":
        rows = list(csv.reader(path.read_text().splitlines()))
        return path.read_bytes().endswith(b"\n") and len({len(row) for row in rows}) == 1
    if path.suffix == ".json":
        return isinstance(json.loads(path.read_text()), dict)
    if path.suffix == ".ckpt":
        return "state_dict" in load_checkpoint(path)
    if path.suffix == ".png":
        return PIL.Image.open(path).load() is not None
    return path.suffix == ".yaml" and isinstance(yaml.safe_load(path.read_text()), dict)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Flushing is a step like any other, but the disk's time is not the test's."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def plain_pages(monkeypatch):
    """Pages and pictures take most of a call's time and none of its steps of writing."""
    page = lambda *_, **__: "<html>a page</html>"  # noqa: E731
    monkeypatch.setattr("medunet.workflows.measurement_page.measurement_page", page)
    monkeypatch.setattr("medunet.workflows.measure.measurement_page", page)
    monkeypatch.setattr("medunet.workflows.audit_page.audit_page", page)
    monkeypatch.setattr("medunet.workflows.evaluation_page.evaluation_page", page)
    for command in ("predict", "measure"):
        monkeypatch.setattr(f"medunet.workflows.{command}.overlay", lambda *_: PIL.Image.new("L", (2, 2)))


class Call:
    """A command on a folder, called again and again."""

    def __init__(self, words, place, capsys):
        self.words, self.place, self.capsys = [str(word) for word in words], place, capsys

    def __call__(self, *more):
        """Exit code and the lines on standard error."""
        self.capsys.readouterr()
        code = run([*self.words, "--out", str(self.place / "out"), "--quiet", *more])
        return code, self.capsys.readouterr().err.splitlines()

    @property
    def out(self):
        return tree(self.place / "out") if (self.place / "out").exists() else {}

    def put_back(self, earlier):
        """The output folder as it was."""
        shutil.rmtree(self.place / "out", ignore_errors=True)
        if earlier is not None:
            shutil.copytree(earlier, self.place / "out")


def every_step_fails(call, disk, numbers, *, earlier=None, again=(), good=(0,), stride=1, passing=()):
    """Let each step fail once.

    Args:
        call: the command.
        disk: the fixture.
        numbers: kinds of faults, taken in turn.
        earlier: a folder with what is in the output folder before, or None.
        again: what the second call says more.
        good: exit codes of success.
        stride: steps from one that fails to the next.
        passing: folders of pictures of a moment, which cannot be drawn later.
    """
    call.put_back(earlier)
    before = call.out
    code, _ = call()
    assert code in good
    after = call.out
    with disk.failing(call.place / "out", at=STEPS) as counted:
        call.put_back(earlier)
        counted.count = 0
        assert call()[0] in good
    assert call.out == after, "two undisturbed calls differ"
    assert counted.count > 20
    for step in range(1, counted.count + 1, stride):
        number, lasting = numbers[step // stride % len(numbers)]
        what = f"step {step}, {os.strerror(number)}"
        call.put_back(earlier)
        with disk.failing(call.place / "out", at=step, number=number, lasting=lasting) as failed:
            code, lines = call()
        assert failed.happened, what
        what = f"{what} ({failed.happened})"
        if code == 1:
            assert len(lines) == 1, (what, lines)
            assert lines[0].startswith("medunet: "), what
            assert re.search(r"full|may not be written|cannot be (written|removed|read)", lines[0]), (what, lines)
        else:
            # Faults that are none: a folder that this user may not flush, and the lock of a call that was done.
            assert code in good, (what, lines)
            assert number == FORBIDDEN or failed.happened in AFTER_ALL, (what, lines)
        left = {name: found for name, found in call.out.items() if name not in (LOCK, NOTE)}
        whole = {name: found for name, found in left.items() if not meant_name(name.rpartition("/")[2])}
        final = {name: name.replace("model.part/", "model/") for name in whole}  # a model is made beside its place
        midway = [name for name, found in whole.items() if found not in (after.get(final[name]), before.get(name))]
        assert [name for name in midway if not is_whole(call.place / "out" / name)] == [], what
        assert set(before) <= set(whole), what
        if not lasting:
            assert set(left) == set(whole), f"{what}: a half file is left"
        code, lines = call(*(again if _begun(call) else ()))
        assert code in good, (what, lines)
        lost = {name for name in after if name not in call.out and name.startswith(passing)}
        assert call.out == {name: found for name, found in after.items() if name not in lost}, what


def _begun(call):
    return (call.place / "out" / "checkpoints" / "last.ckpt").is_file()


NUMBERS = [(FULL, True), (BROKEN, False), (FORBIDDEN, False)]


@pytest.fixture
def data(films, tmp_path):
    """Two films with masks."""
    for folder in ("images", "masks"):
        (tmp_path / "data" / folder).mkdir(parents=True)
        for path in sorted((films / folder).glob("*.png"))[:2]:
            shutil.copy2(path, tmp_path / "data" / folder)
    shutil.copy2(films / "masks" / "labels.json", tmp_path / "data" / "masks")
    return tmp_path / "data"


@pytest.fixture
def earlier(tmp_path):
    """What is in the output folder before: the results of a call when the last film was not there yet."""

    def make(call, data):
        last = [sorted((data / folder).glob("*.png"))[-1] for folder in ("images", "masks")]
        for path in last:
            path.rename(path.with_suffix(".later"))
        call.put_back(None)
        call()
        for path in last:
            path.with_suffix(".later").rename(path)
        return shutil.copytree(tmp_path / "out", tmp_path / "earlier")

    return make


def test_convert_from_nothing(data, tmp_path, capsys, disk):
    every_step_fails(Call(["convert", data], tmp_path, capsys), disk, NUMBERS)


@pytest.mark.parametrize("shift", range(3))
def test_convert_with_results_there(data, tmp_path, capsys, disk, earlier, shift):
    call = Call(["convert", data], tmp_path, capsys)
    every_step_fails(call, disk, NUMBERS[shift:] + NUMBERS[:shift], earlier=earlier(call, data))


def test_measure_with_results_there(data, tmp_path, capsys, disk, plain_pages, earlier):
    call = Call(["measure", data / "masks", "--images", data / "images"], tmp_path, capsys)
    every_step_fails(call, disk, NUMBERS, earlier=earlier(call, data))


def test_predict_with_results_there(data, tiny_run, tmp_path, capsys, disk, plain_pages, earlier):
    call = Call(["predict", data / "images", "--model", tiny_run, "--device", "cpu"], tmp_path, capsys)
    every_step_fails(call, disk, NUMBERS, earlier=earlier(call, data))


def test_audit_with_results_there(data, tmp_path, capsys, disk, plain_pages, earlier):
    call = Call(["audit", data], tmp_path, capsys)
    every_step_fails(call, disk, NUMBERS, good=(0, 3), earlier=earlier(call, data))


def test_evaluate_with_results_there(data, tmp_path, capsys, disk, plain_pages, plain_figures, earlier):
    """Every third step alone, since a call lasts long; a file has eight, so that each of them comes up."""
    call = Call(["evaluate", data / "masks", data], tmp_path, capsys)
    every_step_fails(call, disk, NUMBERS, earlier=earlier(call, data), stride=3)


def test_train(films, program, tmp_path, capsys, disk, monkeypatch, plain_figures):
    """Every seventh step alone, since a call lasts a second; a file has eight, so that each of them comes up."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(program.cache))
    told = [part for change in program.changes(4) for part in ("--set", change)]
    call = Call(["train", films, "--device", "cpu", *told], tmp_path, capsys)
    every_step_fails(call, disk, NUMBERS, again=("--resume",), stride=7, passing=("samples/",))
