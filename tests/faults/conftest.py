"""The real program in a process of its own, on a few phantoms."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medunet.images import write_csv, write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film

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


class Program:
    """Starts `medunet` with words, single-threaded, with a cache of its own."""

    def __init__(self, cache):
        self.cache = cache
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.environment = {**os.environ, **threads, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(SRC)}

    def start(self, *words, first=None):
        """A running process that calls `first` before the program; its standard error is read as text."""

        def prepare():
            # Where the tests run as a shell's background job, a child would inherit an ignored Ctrl-C.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if first is not None:
                first()

        line = [sys.executable, "-c", "from medunet.cli import main; main()", *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(line, env=self.environment, preexec_fn=prepare, **pipes)

    def run(self, *words, first=None):
        """Exit code, standard output and standard error of a process that ends by itself."""
        process = self.start(*words, first=first)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def changes(self, steps=320):
        """The recipe's changes of a small training."""
        return [*CHANGES, f"training.steps={steps}"]

    def train(self, films, run, *more, steps=320):
        """The words of a small training."""
        told = [part for change in self.changes(steps) for part in ("--set", change)]
        return ["train", films, "--out", run, "--device", "cpu", *told, *more]


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    return Program(tmp_path_factory.mktemp("cache"))


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
