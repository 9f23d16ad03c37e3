"""The table of films that `predict` and `measure` print."""

from __future__ import annotations

from pathlib import Path

import pytest

from medunet.cli.films import FEW, film_lines

VIEW = "view unknown: no verdict (state it with --view)"


def row(case, value=0.5, reason=VIEW, status="ok", verdict=None):
    return {
        "case": case,
        "measurement": "ctr",
        "value": value,
        "status": status,
        "verdict": verdict,
        "reason": reason,
    }


def lines(rows, done=None, failed=None):
    return film_lines(Path("out"), rows, len(rows) if done is None else done, failed or {})


def test_what_all_films_share_is_said_once():
    shown = lines([row("a"), row("b", reason=f"{VIEW}; the heart is large")])
    assert sum(VIEW in line for line in shown) == 1
    assert shown[:4] == [
        "film    CTR  status  verdict  remark",
        "a     0.500  ok      -",
        "b     0.500  ok      -        the heart is large",
        f"all films: {VIEW}",
    ]


def test_a_film_without_a_ratio_does_not_bring_the_repetition_back():
    shown = lines([row("a"), row("b"), row("c", None, "the heart is missing", "missing")])
    assert f"films with a CTR: {VIEW}" in shown
    assert shown[3] == "c         -  missing  -        the heart is missing"


def test_what_is_said_of_films_with_a_ratio_stays_with_one_that_has_none():
    rows = [row("a"), row("b", None, f"{VIEW}; the heart is missing"), row("c", None, "the heart is missing")]
    shown = lines(rows)
    assert shown[2].endswith(f"{VIEW}; the heart is missing")
    assert f"films with a CTR: {VIEW}" in shown


def test_one_film_needs_no_word_for_all():
    assert VIEW in lines([row("a")])


def test_a_verdict_is_shown_and_needs_no_remark():
    shown = lines([row("a", 0.6, "", verdict="enlarged"), row("b", 0.4, "", verdict="normal")])
    assert shown[0].split() == ["film", "CTR", "status", "verdict"]
    assert shown[1].split() == ["a", "0.600", "ok", "enlarged"]
    assert shown[3] == ""


def test_many_films_are_counted():
    rows = [row(f"f{n}", verdict="normal", reason="") for n in range(FEW)]
    rows += [row("x", None, "the heart is missing", "missing")]
    assert lines(rows)[:2] == [f"CTR of 13 films: {FEW} ok, 1 missing", f"of those with a CTR: {FEW} normal"]


def test_why_many_films_have_no_verdict_is_said_once():
    shown = lines([row(f"f{n}") for n in range(20)])
    assert shown[:3] == ["CTR of 20 films: 20 ok", "of those with a CTR: 20 no verdict", f"all films: {VIEW}"]


def test_many_films_without_any_ratio():
    shown = lines([row(f"f{n}", None, "the heart is missing", "missing") for n in range(20)])
    assert shown[0] == "CTR of 20 films: 20 missing"
    assert shown[1:3] == ["all films: the heart is missing", ""]
    assert shown[3] == "look at " + str(Path("out", "report.html"))


@pytest.mark.parametrize(
    ("failed", "tail"), [({}, "2 films done"), ({"c": "x"}, "2 films done, 1 failed (reasons in ")]
)
def test_the_last_line_counts_the_failed(failed, tail):
    assert lines([row("a"), row("b")], failed=failed)[-1].startswith(tail)


def test_other_measurements_are_left_to_the_tables():
    assert lines([row("a") | {"measurement": "heart_width"}])[0].startswith("look at")


def test_a_narrow_terminal_cuts_remarks_and_keeps_figures(monkeypatch):
    monkeypatch.setattr("medunet.cli.films.columns", lambda: 40)
    shown = lines([row("a" * 50, reason="one; " + "long " * 20), row("b", reason="two; " + "long " * 20)])
    assert all(len(line) <= 40 for line in shown[:3])
    assert all("0.500" in line for line in shown[1:3])


def test_an_interval_stands_beside_its_ratio():
    told = {"low": 0.481, "high": 0.543, "level": 0.9}
    shown = lines([row("a", 0.512, "") | told, row("b", None, "no heart", "missing") | dict.fromkeys(told)])
    assert shown[0].split("  ")[0] == "film"
    assert "90 %" in shown[0]
    assert shown[1].split() == ["a", "0.512", "0.481-0.543", "ok", "-"]
    assert shown[2].split()[:4] == ["b", "-", "-", "missing"]
