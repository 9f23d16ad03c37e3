from __future__ import annotations

import pytest

FILMS = 14


def rows(*columns, **changes):
    """Rows of ids with further columns; `changes` by column and number."""
    made = []
    for index in range(FILMS):
        own = {"id": f"film-{index:02d}", **dict(columns)}
        own |= {name: cells[index] for name, cells in changes.items() if index in cells}
        made.append(tuple(own.values()))
    return made


def test_without_such_columns_nothing_is_claimed(films, table, results_of):
    table(films, ("id",), rows())
    results = results_of(films)
    assert results["MU108"].outcome == results["MU109"].outcome == "not applicable"


def test_sizes_of_the_table(films, table, results_of, named):
    table(films, ("id", "width", "height"), rows(("width", "160"), ("height", "160"), width={3: "200"}))
    result = results_of(films)["MU108"]
    assert named(result) == ["film-03"]
    assert result.findings[0].cause == "the table says width 200, the image has 160"


def test_ratios_of_the_table(films, table, evidence_of, results_of, named):
    own = {case.id: drawn.ctr for case, drawn in evidence_of(films).drawn}
    cells = {index: f"{own[f'film-{index:02d}'] + (0.1 if index == 5 else 0.005):.3f}" for index in range(FILMS)}
    table(films, ("id", "ctr"), rows(("ctr", ""), ctr=cells))
    assert named(results_of(films)["MU108"]) == ["film-05"]


@pytest.mark.parametrize(
    ("name", "cells", "cases", "words"),
    [
        ("sex", {0: "M", 1: "F"}, {"film-00", "film-01"}, "2 sexes"),
        ("age", {0: "60", 1: "52"}, {"film-01"}, "by 8 years"),
        ("findings", {4: "No Finding|Effusion"}, {"film-04"}, "no finding"),
    ],
)
def test_contradictions(films, table, results_of, name, cells, cases, words):
    first = {index: "one" if index < 2 else f"s{index}" for index in range(FILMS)}
    table(films, ("id", "subject", name), rows(("subject", ""), (name, ""), **{"subject": first, name: cells}))
    (finding,) = results_of(films)["MU109"].findings
    assert set(finding.cases) == cases
    assert words in finding.cause


def test_ages_that_rise_and_a_birthday_pass(films, table, results_of):
    ages = {0: "60", 1: "59", 2: "61"}
    first = {index: "one" if index < 3 else f"s{index}" for index in range(FILMS)}
    table(films, ("id", "subject", "age"), rows(("subject", ""), ("age", ""), subject=first, age=ages))
    assert results_of(films)["MU109"].outcome == "passed"
