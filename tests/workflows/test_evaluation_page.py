from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser

import numpy as np
import PIL.Image
import pytest

from medunet.workflows.evaluate import evaluate


class Text(HTMLParser):
    """The words of a page, and what it loads from elsewhere."""

    def __init__(self):
        super().__init__()
        self.words, self.loads = [], []

    def handle_data(self, data):
        self.words.append(data.strip())

    def handle_starttag(self, tag, attrs):
        for key, text in attrs:
            if key in ("src", "href") and text and not text.startswith(("#", "data:")):
                self.loads.append(text)


@pytest.fixture(scope="module")
def spoilt(others, tmp_path_factory):
    """Masks of four films: one gone, one without a heart, two whole; and the page that came of them."""
    root = tmp_path_factory.mktemp("page")
    shutil.copytree(others / "masks", root / "masks")
    (root / "masks" / "phantom-00000.png").unlink()
    path = root / "masks" / "phantom-00001.png"
    pixels = np.array(PIL.Image.open(path))
    PIL.Image.fromarray(np.where(pixels == 3, 0, pixels).astype(np.uint8)).save(path)
    done = evaluate(root / "masks", others, out=root / "out")
    reader = Text()
    reader.feed((root / "out" / "report.html").read_text())
    return done, reader, " ".join(word for word in reader.words if word)


def test_means_come_with_their_n_and_the_failures_beside_them(spoilt):
    _, _, text = spoilt
    assert "heart: mean Dice 0.500, median 0.500, over 4 cases, 2 of them counted as 0" in text
    assert "1 of 4 cases have no prediction." in text
    assert "2 missed, invented or not predicted, counted as 0" in text
    assert "over 2 of 4 cases" in text  # the ratio's error, with what it stands on


def test_the_rule_for_empties_stands_beside_the_scores(spoilt):
    _, _, text = spoilt
    assert "A structure absent in reference and prediction has no score and is counted." in text
    assert "absent in both" in text


def test_every_case_is_in_the_table_and_failures_have_their_reason(spoilt, others):
    _, _, text = spoilt
    assert all(f"phantom-0000{n}" in text for n in range(4))
    assert "holds no mask of its name" in text


def test_worst_and_median_cases_are_shown_as_pictures(spoilt):
    done, _, text = spoilt
    page = (done.folder / "report.html").read_text()
    assert "Worst cases" in text
    assert page.count("data:image/") >= 3
    assert text.index("Worst cases") < text.index("Every case")


def test_the_page_stands_alone(spoilt):
    _, reader, _ = spoilt
    assert reader.loads == []


def test_figures_lie_beside_it(spoilt):
    done, _, _ = spoilt
    names = {path.name for path in (done.folder / "figures").iterdir()}
    wanted = {f"{name}.{kind}" for name in ("dice", "confusion", "ctr") for kind in ("svg", "pdf", "png", "csv")}
    assert wanted <= names


def test_the_flow_counts_what_came_and_what_has_no_prediction(spoilt):
    _, _, text = spoilt
    assert "4 cases in the data 4 cases to be scored, each with a reference (3 subjects)" in text
    assert "−1 without a prediction: in the means as 0 3 cases with a prediction" in text


def test_every_case_leads_to_its_picture(spoilt):
    done, _, _ = spoilt
    page = (done.folder / "report.html").read_text()
    assert all(re.search(rf'<a href="#picture-\d+">phantom-0000{n}</a>', page) for n in range(4))


def test_a_text_for_a_paper_and_checklists_close_the_page(spoilt):
    _, _, text = spoilt
    assert "The masks in masks were scored as they were" in text
    assert "CLAIM (2024 update, 44 items)" in text
    assert "STARD-AI (2025, 40 items in 48 rows)" in text


def test_a_run_shows_the_proof_of_its_split(evaluated):
    page = (evaluated.folder / "report.html").read_text()
    assert "column subject" in page
    assert evaluated.subject in page
    assert "weights (sha256)" in page
