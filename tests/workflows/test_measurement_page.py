from __future__ import annotations

from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from medunet.measuring import Intervals, Residuals
from medunet.reports import plain_picture, render
from medunet.workflows.measurement_page import MOST, SHOWN, measurement_page

BLACK = PIL.Image.new("L", (16, 16))


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
    return render(measurement_page("predict", inputs, rows, failed, {"model": "m"}, picture))


def test_numbers_are_counted_by_their_status():
    rows = [row("a", 0.4), row("b", 0.9, "flagged", reason="implausible"), row("c", None, "missing", reason="no heart")]
    page = page_of(rows)
    assert "All 3 films were measured." in page
    assert "The cardiothoracic ratio could be measured in 2 of 3 films; 1 of these is flagged and needs a look." in page
    assert "0.650" in page  # the median of the two that have a number
    assert "0.400 to 0.900" in page
    assert "implausible" in page
    assert "no heart" in page


def test_a_single_film_stands_with_its_interval_and_verdict():
    page = page_of([row("a", 0.629, verdict="enlarged") | {"low": 0.583, "high": 0.676, "level": 0.9}])
    assert "The cardiothoracic ratio is 0.629 (90 % interval 0.583 to 0.676)." in page
    assert "Enlarged: the whole interval lies above the cut-off of 0.50." in page
    assert "90 % interval 0.583 to 0.676, enlarged" in page
    assert "Median" not in page
    assert "<span>value</span>" not in page


def test_a_single_film_has_its_other_measurements_once_and_a_large_picture():
    rows = [row("a"), row("a", 233.0, name="heart_width", unit="px"), row("a", 75.552, name="mrd", unit="px")]
    page = measurement_page("predict", 1, rows, {}, {}, lambda case: plain_picture(case, BLACK, alt=case))
    assert next(section.blocks for section in page.sections if section.title == "Films")[0].large
    html = render(page)
    assert "median" not in html
    assert html.count("<span>value</span>") == html.count(">233<") == html.count(">75.552<") == 1
    assert "midline to right heart border (MRD)" in html
    few = [row(name) for name in "abc"]
    page = measurement_page("predict", 3, few, {}, {}, lambda case: plain_picture(case, BLACK, alt=case))
    assert not next(section.blocks for section in page.sections if section.title == "Films")[0].large


def test_what_failed_is_named_with_its_reason_and_the_flow_adds_up():
    page = page_of([row("a")], failed={"b": "is no image"})
    assert "1 of 2 films were measured." in page
    assert "Not processed" in page
    assert "is no image" in page


def test_those_that_need_a_look_come_first_in_the_pictures():
    rows = [row(f"ok-{n:02d}") for n in range(MOST)]
    rows += [row("odd", 0.9, "flagged"), row("none", None, "missing", reason="cut off")]
    asked = []
    page_of(rows, picture=lambda case: asked.append(case))
    assert asked[:2] == ["none", "odd"]
    assert len(asked) == MOST


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
    assert ">110</td>" in page


VIEW, AGE = "view unknown: no verdict (state it with --view)", "age unknown: no verdict (state it with --adult)"


def test_why_no_film_has_a_verdict_is_said_once_with_their_number():
    page = page_of([row(case, reason=f"{VIEW}; {AGE}") for case in "abc"])
    assert page.count("state it with --view") == page.count("state it with --adult") == 1
    assert f"All 3 films: {VIEW}." in page


def test_what_most_films_say_is_said_once_and_found_again_by_its_number():
    rows = [row("a", reason=VIEW), row("b", reason=f"wide; {VIEW}"), row("c", verdict="normal"), row("d", reason=AGE)]
    page = page_of(rows)
    assert page.count("state it with --view") == 1
    assert f"Note 1, 2 of 4 films: {VIEW}." in page
    assert "<td>note 1</td>" in page
    assert "<td>wide; note 1</td>" in page
    assert f"<td>{AGE}</td>" in page, "one film's own remark stays beside it"


@pytest.mark.parametrize("failed", [{}, {"a": "is no image"}])
def test_without_any_number_the_page_still_stands(failed):
    page = page_of([], failed=failed, inputs=1)
    assert "no film has a number" in page


def test_text_of_the_data_cannot_become_markup():
    page = page_of([row("<script>x</script>", reason="<b>bold</b>", status="flagged")])
    assert "<script>x" not in page
    assert "<b>bold" not in page


def test_the_flow_ends_with_the_films_that_have_a_number():
    rows = [row("a"), row("b", 0.9, "flagged", reason="implausible"), row("c", None, "missing", reason="no heart")]
    page = measurement_page("predict", 6, rows, {"d": "is no image"}, {}, lambda case: None)
    (flow,) = next(section.blocks for section in page.sections if section.title == "Flow of numbers")
    assert [(step.count, step.left_out) for step in flow.steps] == [
        (6, ((1, "could not be read or processed"), (2, "nothing to measure"))),
        (3, ((1, "no cardiothoracic ratio: no heart"),)),
        (2, ()),
    ]
    assert flow.steps[-1].note == "1 of them needs a look"


def test_every_film_leads_to_its_picture_up_to_what_a_page_can_hold():
    rows = [row(f"case-{n:03d}") for n in range(MOST + 5)]
    page = measurement_page("predict", len(rows), rows, {}, {}, lambda case: plain_picture(case, BLACK, alt=case))
    first, rest = next(section.blocks for section in page.sections if section.title == "Films")
    assert (len(first.items), len(rest.items)) == (SHOWN, MOST - SHOWN)
    assert rest.folded
    assert rest.caption == "Further films; 5 more are in overlays/"
    html = render(page)
    assert html.count('<td data-sort="case-') == MOST


def test_heavy_pictures_leave_the_page_under_five_megabytes():
    noise = np.random.default_rng(0).integers(0, 255, (320, 320, 3), dtype=np.uint8)
    heavy = plain_picture("x", PIL.Image.fromarray(noise), alt="x")
    rows = [row(f"case-{n:03d}") for n in range(MOST)]
    html = render(measurement_page("predict", MOST, rows, {}, {}, lambda case: replace(heavy, key=case)))
    assert 3_000_000 < len(html.encode()) < 5_000_000


def test_an_interval_stands_beside_its_ratio_and_the_page_says_what_it_rests_on():
    told = {"low": 0.481, "high": 0.543, "level": 0.9}
    found = Intervals({"ctr": Residuals((0.031,) * 12, without=2)}, "validation cases")
    rows = [row("a", 0.512) | told, row("b", None, "missing", reason="no heart") | dict.fromkeys(told)]
    page = render(measurement_page("predict", 2, rows, {}, {}, lambda case: None, intervals=found))
    assert "90 % interval" in page
    assert "0.481 to 0.543" in page
    assert "How to read the interval" in page
    assert "the ratio ± 0.031" in page
    assert (
        "of networks on 12 subjects that neither trained nor chose them (validation cases); 2 more had no ratio."
        in page
    )
    assert "They hold for films and annotators like those" in page


def test_a_model_without_intervals_says_why_and_how_to_get_some():
    page = render(measurement_page("predict", 1, [row("a")], {}, {}, lambda case: None, intervals="fine-tuned"))
    assert "no intervals: fine-tuned." in page
    assert "medunet evaluate MODEL DATA --calibrate FOLDER" in page
    assert "90 % interval" not in page
    assert "How to read the interval" not in page_of([row("a")])  # measure has no model


def test_the_poorest_masks_come_first_among_those_of_one_status_and_their_estimates_are_shown():
    rows = [
        row("fair") | {"quality": 0.93},
        row("poor") | {"quality": 0.85},
        row("unknown") | {"quality": None},
        row("odd", 0.9, "flagged", reason="strange") | {"quality": 0.97},
    ]
    asked = []
    page = page_of(rows, picture=lambda case: asked.append(case))
    assert asked == ["odd", "poor", "fair", "unknown"]
    assert "estimated Dice" in page
    assert "0.85" in page
    assert "estimated Dice" not in page_of([row("a")])
