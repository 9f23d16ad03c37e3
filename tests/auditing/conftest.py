"""Folders of synthetic films that tests may spoil, and the way from a folder to its results."""

from __future__ import annotations

import shutil

import numpy as np
import PIL.Image
import pytest

from medunet.auditing import FINDINGS, Evidence, gather, look_at_all, run_checks
from medunet.images import write_csv, write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film, subject_of

FILMS = 14
SIZE = 160


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    """Films and masks with nothing planted; not to be changed."""
    root = tmp_path_factory.mktemp("sound") / "films"
    # The first film of each subject: two of one person look alike, and these have no table that says so.
    firsts = [index for index in range(3 * FILMS) if subject_of(3, index)[1] == 0][:FILMS]
    for index, number in enumerate(firsts):
        film = chest_film(3, number, size=SIZE)
        write_png(root / "images" / f"film-{index:02d}.png", film.image)
        write_labels(root / "masks" / f"film-{index:02d}.png", film.labels)
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())
    return root


@pytest.fixture
def films(sound, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(sound, tmp_path / "films")


@pytest.fixture(scope="session")
def memory(tmp_path_factory):
    """Looks at the sound films, kept over the tests."""
    return tmp_path_factory.mktemp("memory")


@pytest.fixture(scope="session")
def evidence_of(memory):
    """Folder → Evidence."""

    def look(root):
        gathered = gather(root)
        return Evidence(gathered, look_at_all(gathered.cases, memory=memory))

    return look


@pytest.fixture(scope="session")
def results_of(evidence_of):
    """Folder → code → result."""
    return lambda root, silence=(): {one.check.code: one for one in run_checks(FINDINGS, evidence_of(root), silence)}


@pytest.fixture(scope="session")
def named():
    """Result → the first case of each finding."""
    return lambda result: [one.cases[0] for one in result.findings]


@pytest.fixture
def change():
    """Change a picture's array in its file."""

    def apply(path, act):
        array = np.asarray(PIL.Image.open(path))
        PIL.Image.fromarray(np.ascontiguousarray(act(array))).save(path)

    return apply


@pytest.fixture
def table():
    """Write a cases.csv: rows as tuples under a header."""
    return lambda root, header, rows: write_csv(root / "cases.csv", header, rows)
