"""The real program in a process of its own, on a few phantoms."""

from __future__ import annotations

import builtins
import io
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import PIL.Image
import pytest
import torch

from medunet.cli.entry import run
from medunet.images import write_csv, write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film
from medunet.reports.drawing import Drawing, Numbers
from medunet.workflows.train import train

SRC = Path(__file__).parents[2] / "src"
CHANGES = ("training.batch=4", "input.size=[32,32]", "network.widths=[4,8]", "split={train: 0.6, val: 0.2, test: 0.2}")


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """Twelve films with masks and a table. Not to be changed."""
    root = tmp_path_factory.mktemp("data") / "films"
    rows = []
    for index in range(12):
        film = chest_film(1, index, size=64)
        write_png(root / "images" / f"{film.id}.png", film.image)
        write_labels(root / "masks" / f"{film.id}.png", film.labels)
        rows.append([film.id, film.subject])
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())
    write_csv(root / "cases.csv", ["id", "subject"], rows)
    return root


LINE = "from medunet.cli import main; main()"


class Program:
    """Starts `medunet` with words, single-threaded, with a cache of its own."""

    def __init__(self, cache):
        self.cache = cache
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.environment = {**os.environ, **threads, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(SRC)}

    def start(self, *words, line=LINE):
        """A running process; its standard output and standard error are read as text."""

        def prepare():
            # Where the tests run as a shell's background job, a child would inherit an ignored Ctrl-C.
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        line = [sys.executable, "-c", line, *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(line, env=self.environment, preexec_fn=prepare, **pipes)

    def run(self, *words, line=LINE):
        """Exit code, standard output and standard error of a process that ends by itself."""
        process = self.start(*words, line=line)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def changes(self, steps=160):
        """The recipe's changes of a small training."""
        return [*CHANGES, f"training.steps={steps}"]

    def train(self, films, run, *more, steps=160):
        """The words of a small training."""
        told = [part for change in self.changes(steps) for part in ("--set", change)]
        return ["train", films, "--out", run, "--device", "cpu", *told, *more]


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    return Program(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def here(program):
    """Call `medunet` in this process, as `program.run` does in another, without the seconds that one takes to start."""

    def call(*words):
        before, out, err = torch.get_num_threads(), io.StringIO(), io.StringIO()
        torch.set_num_threads(1)
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("XDG_CACHE_HOME", str(program.cache))
            code = run([str(word) for word in words])
        torch.set_num_threads(before)
        return code, out.getvalue(), err.getvalue()

    return call


def _wait_for(happened, process, seconds=90):
    """Wait until something is so; fail when the process ends before, or never comes to it."""
    end = time.monotonic() + seconds
    while not happened():
        if process.poll() is not None:
            pytest.fail(f"the process ended too early: {process.communicate()}")
        if time.monotonic() > end:
            process.kill()
            pytest.fail("it never came so far")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def wait_for():
    return _wait_for


class Disk:
    """The disk below a folder, of which a step fails: opening to write, writing, flushing, making, moving, removing.

    Steps are counted as the operating system sees them. `lasting` is a disk that stays so, as a full one does: from the
    step on nothing is written, but what is there can be removed. `counts` says whether a step at a path is counted.
    """

    def __init__(self, root, at, number, lasting, counts):
        self.root, self.at, self.number, self.lasting = os.path.realpath(root), at, number, lasting
        self.counts = counts
        self.count, self.happened, self.own = 0, "", {}

    def step(self, what, path, *, adds=True):
        """Count a step below the root, and let it fail where it is to."""
        if isinstance(path, int):
            path = self.own.get(path)
        if path is None or not os.path.abspath(os.fsdecode(path)).startswith(self.root):
            return
        name = os.path.relpath(os.fsdecode(path), self.root)
        counted = self.counts(what, name)
        self.count += counted
        if (counted and self.count == self.at) or (self.happened and self.lasting and adds):
            self.happened = self.happened or f"{what} {name}"
            raise OSError(self.number, os.strerror(self.number), os.fsdecode(path))

    def wrap(self, patch, name, *, adds):
        plain = getattr(os, name)

        def stepping(path, *rest, **options):
            if name != "mkdir" or not os.path.isdir(path):  # to make what is there changes nothing
                self.step(name, options.get("dir_fd") or path, adds=adds)
            return plain(path, *rest, **options)

        patch.setattr(os, name, stepping)

    def wrap_open(self, patch):
        plain, plain_os = builtins.open, os.open

        def opening(file, mode="r", *rest, **options):
            if isinstance(file, int) or not set(mode) & set("wax+"):
                return plain(file, mode, *rest, **options)
            self.step("open", file)
            return _Written(plain(file, mode, *rest, **options), lambda: self.step("write", file))

        def opening_os(path, flags, *rest, **options):
            self.step("open", options.get("dir_fd") or path, adds=bool(flags & os.O_CREAT))
            found = plain_os(path, flags, *rest, **options)
            self.own[found] = self.own.get(options["dir_fd"]) if options.get("dir_fd") else path
            return found

        for module in (builtins, io):
            patch.setattr(module, "open", opening)
        patch.setattr(os, "open", opening_os)


class _Written:
    """A file that asks before it is written to, and then writes the half."""

    def __init__(self, file, ask):
        self._file, self._ask = file, ask

    def write(self, data):
        try:
            self._ask()
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        return self._file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


class Disks:
    @staticmethod
    @contextmanager
    def failing(root, at, number=0, *, lasting=False, counts=lambda what, name: True):
        disk = Disk(root, at, number, lasting, counts)
        with pytest.MonkeyPatch.context() as patch:
            for name in ("mkdir", "fsync"):
                disk.wrap(patch, name, adds=True)
            for name in ("replace", "rename", "unlink", "remove", "rmdir"):
                disk.wrap(patch, name, adds=False)
            disk.wrap_open(patch)
            yield disk


@pytest.fixture(scope="session")
def disk():
    """disk.failing(folder, at=n, number=errno): within the block, the nth step of writing below the folder fails."""
    return Disks


@pytest.fixture(scope="session")
def tiny_run(films, program, tmp_path_factory):
    """A run of a network of a few hundred weights. Not to be changed."""
    out = tmp_path_factory.mktemp("tiny") / "run"
    train(films, out=out, changes=program.changes(steps=4), device="cpu", cache=program.cache)
    return out


@pytest.fixture
def plain_figures(monkeypatch):
    """Figures are written, but not drawn."""
    monkeypatch.setattr("medunet.reports.figures.writing._encoded", lambda figure, kind: f"a figure as {kind}".encode())
    monkeypatch.setattr("medunet.workflows.recorder.curves", lambda *_, **__: None)


@pytest.fixture
def plain_pages(monkeypatch):
    """Pages and pictures take most of a call's time and none of its steps of writing."""
    figure = Drawing("<svg/>", "a figure", name="figure", numbers=Numbers.of(["x"], [[1]]), pdf=b"pdf", png=b"png")
    page = lambda *_, **__: SimpleNamespace(drawings=(figure,))  # noqa: E731
    monkeypatch.setattr("medunet.reports.report_folder.render", lambda page: "<html>a page</html>")
    # First where it is used: a module that is imported after the change would keep the plain page for good.
    monkeypatch.setattr("medunet.workflows.measure.measurement_page", page)
    monkeypatch.setattr("medunet.workflows.measurement_page.measurement_page", page)
    monkeypatch.setattr("medunet.workflows.audit_page.audit_page", page)
    monkeypatch.setattr("medunet.workflows.evaluation_page.evaluation_page", page)
    monkeypatch.setattr("medunet.workflows.demo.demo_page", page)
    for command in ("predict", "measure"):
        monkeypatch.setattr(f"medunet.workflows.{command}.overlay", lambda *_: PIL.Image.new("L", (2, 2)))
