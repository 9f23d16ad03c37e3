from __future__ import annotations

import re

import pytest

from medunet.reports import render
from medunet.workflows.compare import compare
from medunet.workflows.compare_input import read_entries
from medunet.workflows.comparison_page import comparison_page


@pytest.fixture
def page(tmp_path):
    def make(*words, **more):
        done = compare(words, out=tmp_path / "out", **more)
        return render(comparison_page(done, read_entries(words, ["dice"], "test")))

    return make


def test_what_a_reader_is_owed(page, scored, dices):
    text = page(scored("a", dices()), scored("b", dices(0.95, seed=1) | {"alone": 0.5}))
    for words in (
        "1 of 1 test shows a difference",
        "no difference shown is not equality",
        "Not a medical device",
        "Where the runs differ most",
        "film-0",
        "Holm",
        "alone",
        "scores.csv (sha256)",
    ):
        assert words in text, words


def test_no_network_and_no_foreign_markup(page, scored, dices):
    values = dices()
    values["<script>alert(1)</script>"] = 0.1
    text = page(scored("a", values), scored("<i>b", values | {"film-00": 0.2}))
    assert "<script>alert" not in text
    assert "<i>b" not in text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


def test_two_hundred_cases_stay_under_five_megabytes(page, scored, dices):
    both = ("lung", "heart")
    text = page(*(scored(n, dices(n=200, seed=k), structures=both) for k, n in enumerate("abcd")))
    assert len(text.encode()) < 1_500_000


def test_seeds_have_a_part_of_their_own(page, run_scored, dices):
    runs = [run_scored(f"r{lr}-{s}", dices(seed=s), lr=lr, seed=s) for lr in (1, 2) for s in range(3)]
    text = page(*runs)
    assert "SD between seeds" in text
    assert "SD between subjects" in text
    assert "over subjects and seeds" in text
    assert "training.lr" in text


def test_where_nothing_differs_it_says_so(page, scored, dices):
    text = page(scored("a", dices()), scored("b", dices()))
    assert "The runs differ on no case." in text
    assert "Nothing that is known of them differs." in text
    assert "every difference is 0" in text
