from __future__ import annotations

import pytest

from medunet.workflows.measurement_page import SHOWN, measurement_page


def row(case, value=0.5, status="ok", verdict="", reason="", name="ctr", unit="ratio"):
    return {
        "case": case,
        "measurement": name,
        "structure": "",
        "value": value,
        "unit": unit,
        "status": status,
        "verdict": verdict,
        "reason": reason,
    }


def page_of(rows, failed=None, inputs=None, picture=lambda case: None):
    cases = len({one["case"] for one in rows})
    failed = failed or {}
    inputs = cases + len(failed) if inputs is None else inputs
    return measurement_page("predict", inputs, rows, failed, {"model": "m"}, picture)


def test_numbers_are_counted_by_their_status():
    rows = [row("a", 0.4), row("b", 0.9, "flagged", reason="implausible"), row("c", None, "missing", reason="no heart")]
    page = page_of(rows)
    assert "All 3 films were measured." in page
    assert "a number without remark in 1, a number that needs a look in 1, and none in 1" in page
    assert "0.650" in page  # the median of the two that have a number
    assert "0.400 to 0.900" in page
    assert "implausible" in page
    assert "no heart" in page


def test_what_failed_is_named_with_its_reason_and_the_flow_adds_up():
    page = page_of([row("a")], failed={"b": "is no image"})
    assert "1 of 2 films were measured." in page
    assert "Not processed" in page
    assert "is no image" in page


def test_those_that_need_a_look_come_first_in_the_pictures():
    rows = [row(f"ok-{n:02d}") for n in range(SHOWN)]
    rows += [row("odd", 0.9, "flagged"), row("none", None, "missing", reason="cut off")]
    asked = []
    page_of(rows, picture=lambda case: asked.append(case))
    assert asked[:2] == ["none", "odd"]
    assert len(asked) == SHOWN


def test_the_verdict_is_explained_where_one_is_given():
    assert "How to read the verdict" in page_of([row("a", verdict="normal")])
    assert "How to read the verdict" not in page_of([row("a")])


def test_further_measurements_are_told_with_median_and_range():
    rows = [
        row("a"),
        row("a", 100.0, name="heart_width", unit="mm"),
        row("b"),
        row("b", 120.0, name="heart_width", unit="mm"),
    ]
    page = page_of(rows)
    assert "heart width" in page
    assert "110.000" in page


@pytest.mark.parametrize("failed", [{}, {"a": "is no image"}])
def test_without_any_number_the_page_still_stands(failed):
    page = page_of([], failed=failed, inputs=1)
    assert "no film has a number" in page


def test_text_of_the_data_cannot_become_markup():
    page = page_of([row("<script>x</script>", reason="<b>bold</b>", status="flagged")])
    assert "<script>x" not in page
    assert "<b>bold" not in page
