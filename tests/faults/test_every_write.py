"""Every step of writing fails once, for every command: one line, no half file, and the same call then completes.

The films and networks are tiny and the pages are not drawn, but every file is written as it always is.
"""

from __future__ import annotations

import csv
import errno
import functools
import io
import json
import os
import re
import shutil
import tempfile
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace

import PIL.Image
import pytest
import torch
import yaml

from medunet.cli.app import command_table
from medunet.cli.entry import run
from medunet.errors import InputError
from medunet.images import meant_name, write_bytes, write_json, write_labels, write_png
from medunet.measuring import Intervals, Residuals
from medunet.phantoms import SCHEME, chest_film
from medunet.prediction import load_model
from medunet.training.checkpoints import load_checkpoint
from medunet.workflows.evaluate import evaluate
from medunet.workflows.lock import LOCK, NOTE
from medunet.workflows.measure import measure
from medunet.workflows.output import MARK, reserve
from medunet.workflows.predict import predict
from medunet.workflows.run_folder import check_run, has_begun
from medunet.workflows.surroundings import versions
from medunet.workflows.train import train

FULL, BROKEN, FORBIDDEN = errno.ENOSPC, errno.EIO, errno.EACCES
STEPS = 10_000
"""More than any command here has."""

AFTER_ALL = (f"unlink {NOTE}", f"unlink {LOCK}", "rmdir ")
"""Steps of a call that is done begin so: its lock goes, and its folder if there is nothing in it."""


def tree(folder):
    """Path → content of all files below a folder, hidden ones too; what changes from call to call is left out."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _content(path) for path in files}


def _content(path):
    content = path.read_bytes()
    if path.suffix == ".ckpt":
        return _values(content)
    if path.name == "run.json":
        remarks = rb'"remarks": \[[^]]*\]'  # an epoch that was lost is told of
        return re.sub(remarks, b"", re.sub(rb'"(seconds|started)": .*', b"", content))
    if path.name == "log.csv":
        return b"\n".join(line.rsplit(b",", 1)[0] for line in content.splitlines())
    return content


@functools.cache
def _values(checkpoint):
    """What a checkpoint says: of equal values that are one object, its bytes hold one."""
    try:
        return _said(torch.load(io.BytesIO(checkpoint), weights_only=True))
    except (RuntimeError, EOFError):
        return checkpoint


def _said(value):
    """Plain values and tensors as bytes."""
    if isinstance(value, torch.Tensor):
        return repr((value.dtype, value.shape)).encode() + value.numpy().tobytes()
    if isinstance(value, dict):
        return b"{%s}" % b",".join(_said(key) + b":" + _said(one) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return b"[%s]" % b",".join(map(_said, value))
    return repr(value).encode()


def is_whole(path):
    """Whether a file that a broken call left on its way to the end is one that can be read to its end."""
    if path.suffix == ".csv":
        rows = list(csv.reader(path.read_text().splitlines()))
        return path.read_bytes().endswith(b"\n") and len({len(row) for row in rows}) == 1
    if path.suffix == ".json":
        return isinstance(json.loads(path.read_text()), dict)
    if path.suffix == ".ckpt":
        try:
            return "state_dict" in load_checkpoint(path)
        except InputError:
            return False
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
    """Flushing is a step like any other, but the disk's time is not the test's.

    Nor is that of reading the words, and what is installed here, anew for every call.
    """
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr("medunet.cli.app.command_table", functools.cache(command_table))
    monkeypatch.setattr("medunet.workflows.surroundings.versions", functools.cache(versions))
    for place in ("medunet.workflows.tracking.registry", "lightning.fabric.utilities.registry"):
        monkeypatch.setattr(f"{place}.entry_points", functools.cache(entry_points))


@pytest.fixture
def place():
    """A folder, in memory where there is such a place: here some ten thousand files are written and removed."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


class Call:
    """A command on a folder, called again and again; `option` names the folder."""

    def __init__(self, words, place, capsys, option="--out"):
        self.words, self.place, self.capsys, self.option = [str(word) for word in words], place, capsys, option

    def __call__(self, *more):
        """Exit code and the lines on standard error."""
        self.capsys.readouterr()
        code = run([*self.words, self.option, str(self.place / "out"), "--quiet", *more])
        return code, self.capsys.readouterr().err.splitlines()

    @property
    def out(self):
        return tree(self.place / "out") if (self.place / "out").exists() else {}

    def put_back(self, earlier):
        """The output folder as it was."""
        shutil.rmtree(self.place / "out", ignore_errors=True)
        if earlier is not None:
            shutil.copytree(earlier, self.place / "out")


def any_step(what, name):
    return True


def every_step_fails(call, disk, numbers, *, earlier=None, again=(), good=(0,), passing=(), last=None, counts=any_step):
    """Let each step fail once.

    Args:
        call: the command.
        disk: the fixture.
        numbers: kinds of faults, taken in turn.
        earlier: a folder with what is in the output folder before, or None.
        again: what the second call says more.
        good: exit codes of success.
        passing: folders of pictures of a moment, which cannot be drawn later.
        last: a file with which all is done, also where its folder could not be flushed; a further call is refused.
        counts: whether a step at a path is one of those that fail.
    """
    call.put_back(earlier)
    before = call.out
    code, lines = call()
    assert code in good, lines
    after = call.out
    with disk.failing(call.place / "out", at=STEPS, counts=counts) as counted:
        call.put_back(earlier)
        counted.count = 0
        assert call()[0] in good
    assert call.out == after, "two undisturbed calls differ"
    assert counted.count > 20
    for step in range(1, counted.count + 1):
        number, lasting = numbers[step % len(numbers)]
        what = f"step {step}, {os.strerror(number)}"
        call.put_back(earlier)
        with disk.failing(call.place / "out", step, number, lasting=lasting, counts=counts) as failed:
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
            assert number == FORBIDDEN or failed.happened.startswith(AFTER_ALL), (what, lines)
        left = {name: found for name, found in call.out.items() if name not in (LOCK, NOTE)}
        whole = {name: found for name, found in left.items() if not meant_name(name.rpartition("/")[2])}
        final = {name: name.replace("model.part/", "model/") for name in whole}  # a model is made beside its place
        midway = [name for name, found in whole.items() if found not in (after.get(final[name]), before.get(name))]
        assert [name for name in midway if not is_whole(call.place / "out" / name)] == [], what
        assert set(before) <= set(whole), what
        if not lasting:
            assert set(left) == set(whole), f"{what}: a half file is left"
        done = last is not None and (call.place / "out" / last).is_file()
        if not done:
            code, lines = call(*(again if _begun(call) else ()))
            assert code in good, (what, lines)
        now = call.out
        lost = {name for name in after if name not in now and name.startswith(passing)}
        found = {name: found for name, found in now.items() if name not in (LOCK, NOTE) or not done}
        assert found == {name: found for name, found in after.items() if name not in lost}, what


def _begun(call):
    return has_begun(call.place / "out")


NUMBERS = [(FULL, True), (BROKEN, False), (FORBIDDEN, False)]


def few(films, place, count):
    """Films with masks."""
    for folder in ("images", "masks"):
        (place / "data" / folder).mkdir(parents=True)
        for path in sorted((films / folder).glob("*.png"))[:count]:
            shutil.copy2(path, place / "data" / folder)
    shutil.copy2(films / "masks" / "labels.json", place / "data" / "masks")
    return place / "data"


@pytest.fixture
def data(films, place):
    return few(films, place, 2)


@pytest.fixture
def earlier(place):
    """What is in the output folder before: the results of a call when the last film was not there yet."""

    def make(call, data):
        last = [sorted((data / folder).glob("*.png"))[-1] for folder in ("images", "masks")]
        for path in last:
            path.rename(path.with_suffix(".later"))
        call.put_back(None)
        call()
        for path in last:
            path.with_suffix(".later").rename(path)
        return shutil.copytree(place / "out", place / "earlier")

    return make


def test_convert_from_nothing(data, place, capsys, disk):
    every_step_fails(Call(["convert", data], place, capsys), disk, NUMBERS)


@pytest.mark.parametrize("shift", range(3))
def test_convert_with_results_there(data, place, capsys, disk, earlier, shift):
    call = Call(["convert", data], place, capsys)
    every_step_fails(call, disk, NUMBERS[shift:] + NUMBERS[:shift], earlier=earlier(call, data))


def test_measure_with_results_there(data, place, capsys, disk, plain_pages, earlier):
    call = Call(["measure", data / "masks", "--images", data / "images"], place, capsys)
    every_step_fails(call, disk, NUMBERS, earlier=earlier(call, data))


def test_predict_with_results_there(data, tiny_run, place, capsys, disk, plain_pages, earlier):
    call = Call(["predict", data / "images", "--model", tiny_run, "--device", "cpu"], place, capsys)
    every_step_fails(call, disk, NUMBERS, earlier=earlier(call, data))


def test_audit_with_results_there(data, place, capsys, disk, plain_pages, earlier):
    call = Call(["audit", data], place, capsys)
    every_step_fails(call, disk, NUMBERS, good=(0, 3), earlier=earlier(call, data))


def test_evaluate_with_results_there(data, place, capsys, disk, plain_pages, plain_figures, earlier):
    call = Call(["evaluate", data / "masks", data], place, capsys)
    every_step_fails(call, disk, NUMBERS, earlier=earlier(call, data))


def test_evaluate_calibrate_with_a_model_there(tiny_run, place, capsys, disk, earlier, monkeypatch):
    """The folder of the model with new intervals; how scores are written fails above, and they are left out here."""
    for index in range(3):
        film = chest_film(2, index, size=64)  # other films than those of the training
        write_png(place / "data" / "images" / f"{film.id}.png", film.image)
        write_labels(place / "data" / "masks" / f"{film.id}.png", film.labels)
    write_json(place / "data" / "masks" / "labels.json", SCHEME.to_mapping())
    monkeypatch.setattr("medunet.prediction.load_model", functools.cache(load_model))
    monkeypatch.setattr("medunet.workflows.recalibrating.fewest", lambda: 1)
    scored = lambda task, *_: SimpleNamespace(errors=range(len(task.cases)), to_dict=dict, failed={})  # noqa: E731
    monkeypatch.setattr("medunet.workflows.evaluate._evaluated", scored)
    monkeypatch.setattr("medunet.cli.evaluate._lines", lambda *_: [])
    monkeypatch.setattr("medunet.workflows.evaluate._write", lambda *_: None)
    errors = lambda found, source: Intervals({"ctr": Residuals((0.01,) * (7 + len(found)), 0)}, source)  # noqa: E731
    monkeypatch.setattr("medunet.workflows.recalibrating.Intervals.of", errors)
    words = ["evaluate", tiny_run, place / "data", "--device", "cpu", "--out", place / "scores"]
    call = Call(words, place, capsys, option="--calibrate")
    every_step_fails(call, disk, NUMBERS, earlier=earlier(call, place / "data"))
    assert load_model(place / "out").intervals.source == "cases of evaluate"


@pytest.fixture
def alone(monkeypatch, program):
    """Prepared films are kept apart from the user's, and pictures of the training are blank."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(program.cache))
    monkeypatch.setattr("medunet.workflows.recorder.draw_overlay", lambda *_, **__: PIL.Image.new("RGB", (2, 2)))


TINY = (
    *("input.size=[32,32]", "network.widths=[4,8]"),
    *("training.epochs=2", "training.batch=3", "split={train: 0.6, val: 0.2, test: 0.2}"),
    "training.optimiser=sgd",
)
"""Two epochs of one step: in the second, one checkpoint takes the other's place. Those of SGD are the smallest."""


def test_train(films, place, capsys, disk, plain_figures, alone):
    told = [part for change in TINY for part in ("--set", change)]
    call = Call(["train", few(films, place, 5), "--device", "cpu", *told], place, capsys)
    every_step_fails(call, disk, NUMBERS, again=("--resume",), passing=("samples/",))


WITHIN = ("run/", "predictions/", "measurements/")
"""Folders of the demo in which other commands write."""


def replayed(command):
    """A command that is itself once; then it writes the same files in the same order, and computes nothing."""
    known = {}

    def again(*words, resume=False, **options):
        if not known:
            result = command(*words, **options, **({"resume": resume} if command is train else {}))
            files = sorted((path for path in result.folder.rglob("*") if path.is_file()), key=os.path.getmtime)
            contents = {path.relative_to(result.folder).as_posix(): path.read_bytes() for path in files}
            known.update(folder=result.folder, result=result, mark=json.loads(contents.pop(MARK)), files=contents)
            return result
        with reserve(known["folder"], known["mark"]) as reserved:
            if command is train:
                check_run(known["folder"], known["mark"], resume=resume, overwrite=False)
            reserved.claim({name.partition("/")[0] for name in known["files"]})
            for name, content in known["files"].items():
                write_bytes(known["folder"] / name, content)
        return known["result"]

    return again


def test_demo(place, capsys, disk, plain_pages, plain_figures, alone, monkeypatch):
    """The demo's own steps, and of every file of the commands within, whose own all fail above, that to its name."""
    for name, value in {"FILMS": 5, "UNSEEN": 1, "SIZE": 64, "CHANGES": TINY}.items():
        monkeypatch.setattr(f"medunet.workflows.demo.{name}", value)
    monkeypatch.setattr("medunet.workflows.demo.chest_film", functools.cache(chest_film))
    for command in (train, evaluate, predict, measure):
        monkeypatch.setattr(f"medunet.workflows.demo.{command.__name__}", replayed(command))
    counts = lambda what, name: what == "replace" or not name.startswith(WITHIN)  # noqa: E731
    call = Call(["demo", "--device", "cpu"], place, capsys)
    every_step_fails(call, disk, NUMBERS, last="report.html", counts=counts)
