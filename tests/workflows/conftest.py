"""Phantoms on disk, one tiny run, and a listener, for the tests of the layer."""

from __future__ import annotations

import hashlib
import random
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from medunet.images import write_csv, write_json, write_labels, write_png, write_text
from medunet.phantoms import SCHEME, chest_film
from medunet.scoring import SCORE_COLUMNS
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


@pytest.fixture(autouse=True)
def quick_pages(drawn_once):
    """Figures of pages are drawn once, not three times."""


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


@pytest.fixture(scope="session")
def evaluated(trained, tmp_path_factory):
    """The tiny run on its own test films. Not to be changed."""
    from medunet.workflows.evaluate import evaluate

    return evaluate(trained.folder, out=tmp_path_factory.mktemp("evaluated") / "out", device="cpu")


@pytest.fixture(scope="session")
def evaluated_others(trained, others, tmp_path_factory):
    """The tiny run on four films of three other subjects. Not to be changed."""
    from medunet.workflows.evaluate import evaluate

    return evaluate(trained.folder, others, out=tmp_path_factory.mktemp("evaluated") / "others", device="cpu")


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


@pytest.fixture(scope="session")
def study_tables(tmp_path_factory):
    """A table of ratios and a table of labels that do not fit everywhere, in a folder. Not to be changed.

    80 subjects, the first 30 ill, every third with two films; by hand: 3 films without a number, 2 uncertain labels, 1
    film without a label, 2 labels without a film, AP films mostly of the ill.
    """
    folder = tmp_path_factory.mktemp("study")
    draw = random.Random(4)
    films, labels = [], []
    for subject in range(80):
        ill, middle = subject < 30, draw.gauss(0.47 + 0.05 * (subject < 30), 0.03)
        for number in range(1 + (subject % 3 == 0)):
            case = f"c{subject:02}_{number}"
            view = "AP" if draw.random() < (0.6 if ill else 0.2) else "PA"
            films.append([case, f"s{subject:02}", f"{middle + draw.gauss(0, 0.01):.3f}", "ok", ""])
            labels.append([f"{case}.png", f"{int(ill)}", view, f"{20 + subject}"])
    for place, reason in ((0, "no lung"), (40, "no heart"), (60, "no lung")):
        films[place][2:] = ["", "missing", reason]
    films[5][3:] = ["flagged", "the heart touches the edge"]
    labels[10][1], labels[70][1] = "-1", ""
    labels[90][0], more = "other.png", ["x.png", "1", "PA", "50"]
    write_csv(folder / "ratios.csv", ("case", "subject", "ctr", "status", "reason"), films)
    write_csv(folder / "labels.csv", ("Image Index", "cardiomegaly", "view", "age"), [*labels, more])
    return folder


@pytest.fixture(scope="session")
def made_study(study_tables, tmp_path_factory):
    """A study of these tables with everything asked for. Not to be changed."""
    from medunet.workflows.study import study

    return study(
        study_tables / "ratios.csv",
        value="ctr",
        by="cardiomegaly",
        labels=study_tables / "labels.csv",
        cutoff=0.5,
        prevalence=0.1,
        subgroups=["view", "age", "Image Index"],
        out=tmp_path_factory.mktemp("out") / "study",
    )


@pytest.fixture
def scored(tmp_path):
    """Write a folder of scores: case → value of each structure's Dice; None is a case that was not predicted."""

    def write(name, values, *, structures=("heart",), subjects=None, more=()):
        rows = []
        for case, value in values.items():
            who = case if subjects is None else subjects[case]
            for structure in structures:
                reason = "not predicted: broken" if value is None else ""
                rows.append([case, who, structure, "dice", 0 if value is None else value, "ratio", reason])
        folder = tmp_path / name
        write_csv(folder / "scores.csv", SCORE_COLUMNS, [*rows, *more])
        return folder

    return write


@pytest.fixture
def run_scored(scored):
    """Write what compare reads of a run: its record, recipe, split and the scores of its test cases."""

    def write(name, values, *, lr=0.001, seed=0, data="d1", train=("t1",), weights=None):
        run = scored(f"{name}/evaluation/test", values).parent.parent
        mark = weights or f"w-{name}"
        versions = {"medunet": "0.1.0", "torch": "2.10"}
        record = {"status": "finished", "weights_sha256": mark, "versions": versions, "data": {"sha256": data}}
        write_json(run / "run.json", record | {"epochs": 3, "split": {"cases": {"train": 1, "test": 2}}})
        (run / "recipe.yaml").write_text(f"name: small\ntraining:\n  lr: {lr}\n  seed: {seed}\n")
        split = [*([case, f"s-{case}", "train"] for case in train), *([case, case, "test"] for case in values)]
        write_csv(run / "split.csv", ["case", "subject", "split"], split)
        write_json(run / "evaluation" / "test" / ".medunet.json", {"command": "evaluate", "model": mark})
        write_text(run / "evaluation" / "test" / "report.html", "")
        return run

    return write


@pytest.fixture
def dices():
    """Case → Dice of so many cases around a mean, the same differences between cases each time."""

    def draw(mean=0.9, n=20, seed=0, spread=0.01):
        generator = np.random.default_rng(seed)
        hard = np.random.default_rng(99).normal(0, 0.03, n)
        values = np.clip(mean + hard + generator.normal(0, spread, n), 0, 1)
        return {f"film-{k:02d}": float(value) for k, value in enumerate(values)}

    return draw


@pytest.fixture
def pefr():
    """Wright and mini Wright peak flow, first readings, in L/min (Bland and Altman 1986, table 1)."""
    wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    return wright, mini


@pytest.fixture
def pefr_table(tmp_path, pefr):
    """The same as a table of 17 subjects."""
    rows = [[f"s{number}", *both] for number, both in enumerate(zip(*pefr, strict=True), start=1)]
    write_csv(tmp_path / "pefr.csv", ["subject", "wright", "mini"], rows)
    return tmp_path / "pefr.csv"


@pytest.fixture(scope="session")
def agreed(tmp_path_factory):
    """An agreement of two tables with everything in it: a hole, rows without a partner, two subgroups, a flip.

    Not to be changed; the tables lie beside its folder.
    """
    from medunet.workflows.study_agreement import agreement_study
    from medunet.workflows.study_table import read_study_rows

    first = [("a", "1", 0.52, "PA"), ("b", "1", 0.47, "PA"), ("c", "2", 0.55, "AP"), ("d", "3", 0.44, "PA"),
             ("e", "4", 0.61, "AP"), ("f", "5", 0.40, "PA"), ("g", "6", "", "PA"), ("<x>", "7", 0.5, "AP")]  # fmt: skip
    second = [("a", 0.49), ("b", 0.47), ("c", 0.53), ("d", 0.45), ("e", 0.58), ("f", 0.42), ("g", 0.43), ("z", 0.5)]
    place = tmp_path_factory.mktemp("agreement")
    write_csv(place / "one.csv", ["id", "subject", "ctr", "view"], first)
    write_csv(place / "two.csv", ["id", "ctr"], second)
    rows = read_study_rows(place / "one.csv", "ctr")
    wishes = {"cutoff": 0.5, "subgroups": ["view", "subject"]}
    return agreement_study(rows, str(place / "two.csv"), out=place / "agreed", **wishes)
