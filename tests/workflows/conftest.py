"""Phantoms on disk, one tiny run, and a listener, for the tests of the layer."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from medunet.images import write_csv, write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film
from medunet.workflows.train import train

FILMS = 14
CHANGES = (
    "training.steps=48",
    "training.batch=4",
    "training.lr=2e-2",
    "input.size=[32,32]",
    "network.widths=[4,8,16]",
    "split={train: 0.6, val: 0.2, test: 0.2}",
)


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _write(root, count=FILMS, seed=1, size=64, columns=(), **cells):
    """Films, masks, labels.json and cases.csv below `root`; returns the phantoms."""
    films = [chest_film(seed, index, size=size) for index in range(count)]
    for film in films:
        write_png(root / "images" / f"{film.id}.png", film.image)
        write_labels(root / "masks" / f"{film.id}.png", film.labels)
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())
    tags = list(films[0].tags)
    rows = [
        [f.id, f.subject, f"{f.ctr:.4f}", *f.tags.values(), *(cells[c][n] for c in columns)]
        for n, f in enumerate(films)
    ]
    write_csv(root / "cases.csv", ["id", "subject", "ctr_expert", *tags, *columns], rows)
    return films


@pytest.fixture(scope="session")
def write_films():
    return _write


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    """The folder of films that the tiny run was trained on. Not to be changed."""
    root = tmp_path_factory.mktemp("data") / "films"
    _write(root)
    return root


@pytest.fixture(scope="session")
def others(tmp_path_factory):
    """Four films of another collection. Not to be changed."""
    root = tmp_path_factory.mktemp("other") / "others"
    _write(root, count=4, seed=7)
    return root


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def changes():
    return CHANGES


@pytest.fixture(scope="session")
def trained(films, cache, tmp_path_factory):
    """One tiny run, trained once. Not to be changed: copy its folder."""
    heard = Heard()
    run = train(
        films, out=tmp_path_factory.mktemp("runs") / "run", changes=CHANGES, device="cpu", cache=cache, progress=heard
    )
    return SimpleNamespace(run=run, folder=run.folder, heard=heard)


@pytest.fixture
def run_copy(trained, tmp_path):
    """The tiny run, to be changed."""
    return Path(shutil.copytree(trained.folder, tmp_path / "run"))


class Heard:
    """A listener that remembers."""

    def __init__(self):
        self.said, self.tasks, self.advanced, self.open = [], [], {}, None

    def say(self, text):
        self.said.append(text)

    def begin(self, what, total):
        self.open = what
        self.tasks.append((what, total))
        self.advanced[what] = []

    def advance(self, done, note=""):
        self.advanced[self.open].append((done, note))

    def end(self):
        self.open = None


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture(scope="session")
def digest():
    """Digests of all files below a folder: what was lost or changed shows."""

    def of(root):
        return {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(root).rglob("*"))
            if path.is_file()
        }

    return of
