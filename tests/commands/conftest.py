"""The real command line on tiny folders: synthetic films of 64 pixels and a network of a few thousand weights."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from medunet.cli.entry import run

FILMS = 12
SIZE = 64
TINY = ("--set", "training.steps=20", "--set", "input.size=[32,32]", "--set", "network.widths=[4,8]")
"""What makes a training last a second."""

CALL = "import sys; from medunet.cli.entry import main; main()"
"""The console script's own words."""


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The one line that says what went wrong; the last on standard error, and the only one of its kind."""
        lines = self.err.splitlines()
        assert lines, "nothing on standard error"
        assert lines[-1].startswith("medunet: ")
        assert sum(line.startswith("medunet: ") for line in lines) == 1
        assert "Traceback" not in self.err
        return lines[-1]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Prepared films of the tests stay with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def quick_pages(drawn_once):
    """Figures of pages are drawn once, not three times."""


@pytest.fixture
def medunet(capsys):
    """Call the command line in this process."""

    def call(*words):
        capsys.readouterr()
        code = run([str(word) for word in words])
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return call


@pytest.fixture
def process():
    """Call the command line in a process of its own; `start` gives the process itself, which no test leaves behind."""
    started = []

    def call(*words, cwd=None, **options):
        done = subprocess.run(
            [sys.executable, "-c", CALL, *map(str, words)],
            cwd=cwd,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            **options,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(*words, cwd=None, **options):
        # Where the tests run as a shell's background job, a child would inherit an ignored Ctrl-C.
        options |= {} if os.name == "nt" else {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
        started.append(subprocess.Popen([sys.executable, "-c", CALL, *map(str, words)], cwd=cwd, text=True, **options))
        return started[-1]

    call.start = start
    yield call
    for running in started:
        if running.poll() is None:
            running.kill()
            running.wait()


def draw_films(root, count=FILMS, size=SIZE):
    """A folder of synthetic films with masks of both lungs and the heart."""
    from medunet.images import write_json, write_labels, write_png
    from medunet.phantoms import SCHEME, chest_film

    for index in range(count):
        film = chest_film(3, index, size=size)
        write_png(root / "images" / f"film-{index:02d}.png", film.image)
        write_labels(root / "masks" / f"film-{index:02d}.png", film.labels)
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())
    return root


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """Films and masks; not to be changed."""
    return draw_films(tmp_path_factory.mktemp("data") / "films")


@pytest.fixture
def own_films(films, tmp_path):
    """A copy of the films that a test may spoil."""
    return shutil.copytree(films, tmp_path / "own")


@pytest.fixture(scope="session")
def trained(films, tmp_path_factory):
    """A run; not to be changed."""
    import torch

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("trained") / "run"
    assert run(["train", str(films), "--out", str(folder), *TINY, "--quiet"]) == 0
    return folder


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """A current folder of the test's own, where the commands' default folders go."""
    place = tmp_path / "inside"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture(scope="session")
def tiny():
    return TINY


@pytest.fixture(scope="session")
def tree():
    """What is below a folder: each path with the hash of its content, folders too."""

    def digest(folder):
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            for path in sorted(Path(folder).rglob("*"))
        }

    return digest


@pytest.fixture(scope="session")
def without_root():
    """A `preexec_fn` under which permissions bind root as they bind others, so that read-only is read-only."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions of folders are another matter on this system")
    if os.geteuid() != 0:
        return None
    import ctypes

    prctl, drop_from_bounding_set = ctypes.CDLL(None).prctl, 24
    override, read_search = 1, 2

    def bind():
        for capability in (override, read_search):
            if prctl(drop_from_bounding_set, capability, 0, 0, 0):
                raise OSError("this root cannot give up its powers")

    return bind
