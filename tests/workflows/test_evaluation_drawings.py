from __future__ import annotations

import csv

import pytest


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def done(evaluated):
    return evaluated


def test_every_figure_is_there_for_a_paper(done):
    names = {path.name for path in (done.folder / "figures").iterdir()}
    wanted = {f"{n}.{kind}" for n in ("curves", "dice", "confusion", "roc") for kind in ("svg", "pdf", "png", "csv")}
    assert wanted <= names
    assert (done.folder / "figures" / "roc.png").read_bytes().startswith(b"\x89PNG")
    assert (done.folder / "figures" / "roc.pdf").read_bytes().startswith(b"%PDF")


def test_the_curves_mark_the_epoch_whose_weights_were_kept(done, trained):
    """The last one, whatever the validation says."""
    last = rows_of(trained.folder / "log.csv")[-1]["epoch"]
    page = (done.folder / "report.html").read_text()
    assert f"Weights of epoch {last} kept." in page
    assert f"kept: {last}" in (done.folder / "figures" / "curves.svg").read_text()
    assert "best: " not in page


def test_the_dots_of_the_dice_figure_are_the_scores(done):
    rows = rows_of(done.folder / "figures" / "dice.csv")
    mine = [s for s in done.scores if s.metric == "dice"]
    assert [(row["case"], row["structure"]) for row in rows] == [(s.case, s.structure) for s in mine]
    found = [float(row["dice"]) for row in rows if row["dice"]]
    assert found == pytest.approx([s.value for s in mine if s.value is not None], abs=1e-5)


def test_the_dots_of_the_ratio_figure_are_the_ratios(done):
    if not done.ratios:
        pytest.skip("the tiny run finds no ratio for a figure")
    rows = rows_of(done.folder / "figures" / "ctr.csv")
    assert {row["case"]: float(row["first"]) for row in rows} == pytest.approx(
        {case: pair[1] for case, pair in done.ratios.items()}, abs=1e-5
    )
