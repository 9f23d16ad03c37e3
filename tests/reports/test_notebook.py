from __future__ import annotations

import re

import pytest

from medunet.reports import Column, Gap, notebook_table

HEADER = ("structure", Column("Dice", 3, numeric=True), Column("width", 1, "mm", numeric=True))


def test_a_table_with_its_title_and_notes():
    html = notebook_table("Run", HEADER, [("heart", 0.95, -2.04)], notes=("In-sample.",))
    assert re.sub("<[^>]+>", "|", html).replace("|", " ").split() == [
        *("Run", "structure", "Dice", "width", "(mm)", "heart", "0.950", "−2.0", "In-sample.")
    ]


def test_it_runs_nothing_loads_nothing_and_sets_no_colours():
    html = notebook_table("Run", HEADER, [("heart", 0.95, 1.0)])
    assert not re.search(r"(?i)<script|<style|<link|src=|href=|url\(|on\w+=|[^-]color:|background", html)


def test_markup_in_names_is_text():
    bad = "<img src=x onerror=alert(1)>"
    html = notebook_table(bad, (bad, *HEADER[1:]), [(bad, Gap(bad), 1.0)], notes=(bad,))
    assert "<img" not in html
    assert html.count("&lt;img") == 5


def test_a_long_table_is_cut_and_says_so():
    html = notebook_table("Run", HEADER, [("heart", 0.95, 1.0)] * 25)
    assert html.count("<tr>") == 21
    assert "5 more rows are not shown." in html


def test_a_row_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="row 1 has 1 cells under 3 columns"):
        notebook_table("Run", HEADER, [("heart",)])
