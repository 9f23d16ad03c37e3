"""The sentences that the page of predict and measure begins with."""

from __future__ import annotations

import pytest

from medunet.workflows.measurement_words import label, summary


def row(case="a", value=0.5, status="ok", verdict=None, reason="", level=None, unit="ratio"):
    bounds = {"low": 0.45, "high": 0.55, "level": level}
    return {"case": case, "value": value, "status": status, "verdict": verdict, "reason": reason, "unit": unit} | bounds


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            row(verdict="indeterminate", level=0.9),
            (
                "The cardiothoracic ratio is 0.500 (90 % interval 0.450 to 0.550).",
                "Indeterminate: the interval includes the cut-off of 0.50.",
            ),
        ),
        (
            row(verdict="normal", level=0.9),
            (
                "The cardiothoracic ratio is 0.500 (90 % interval 0.450 to 0.550).",
                "Normal: the whole interval lies below the cut-off of 0.50.",
            ),
        ),
        (row(verdict="enlarged"), ("The cardiothoracic ratio is 0.500.", "Enlarged for an adult's PA film.")),
        (
            row(reason="view unknown: no verdict"),
            ("The cardiothoracic ratio is 0.500.", "Note: view unknown: no verdict."),
        ),
        (
            row(status="flagged", reason="the film may be mirrored"),
            (
                "The cardiothoracic ratio is 0.500.",
                "This number is flagged and needs a look: the film may be mirrored.",
            ),
        ),
        (
            row(value=None, status="missing", reason="the heart is missing"),
            ("The film has no cardiothoracic ratio: the heart is missing.",),
        ),
    ],
)
def test_a_single_film_is_answered_with_its_number_and_what_it_means(one, said):
    assert summary("ctr", [one], 1, {}) == said


def test_many_films_are_counted_and_no_film_twice():
    rows = [row("a"), row("a"), row("b", status="flagged"), row("c", None, "missing", reason="no lung")]
    assert summary("area", rows, 4, {"d": "is damaged"}) == (
        "3 of 4 films were measured.",
        "The area could be measured in 2 of 3 films; 1 of these is flagged and needs a look.",
        "1 could not be read or processed; each is listed with its reason.",
    )


def test_a_film_with_two_structures_is_one_film():
    said = summary("area", [row(), row()], 1, {})
    assert said == ("The film was measured.", "The area could be measured in 1 of 1 film.")


def test_nothing_measured_is_said():
    assert summary("", [], 1, {"a": "is damaged"})[0] == "The film could not be measured."


def test_measurements_are_called_as_people_call_them():
    assert label("mld") == "midline to left heart border (MLD)"
    assert label("heart_width") == "heart width"
