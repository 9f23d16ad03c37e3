"""Agreement with published ratios on hand-drawn masks (Wingspan), and how often healthy masks raise an alarm."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medunet.images.grid import Grid
from medunet.images.labelmap import LabelMap, Scheme
from medunet.measuring import Film, ctr_of, measure

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "chest-wingspan"
SCHEME = Scheme((("right lung", 1), ("left lung", 2), ("heart", 3)))
MERGE = {"right lung": "lung", "left lung": "lung"}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the films of shared/data/chest-wingspan are not here")


@pytest.fixture(scope="module")
def films():
    with (DATA / "cases.csv").open(newline="") as file:
        cases = list(csv.DictReader(file))
    arrays = [np.asarray(Image.open(DATA / "masks" / f"{case['id']}.png")) for case in cases]
    return [(case, LabelMap(array, Grid(array.shape), SCHEME)) for case, array in zip(cases, arrays, strict=True)]


@pytest.fixture(scope="module")
def measured(films):
    return {case["id"]: {m.name: m for m in measure(labels, Film("PA", 40))} for case, labels in films}


def test_all_ratios_agree_with_the_published_ones(films, measured):
    assert len(films) == 193
    for case, _ in films:
        value = measured[case["id"]]["ctr"].value
        assert value == pytest.approx(float(case["ctr"]), abs=0.0005), case["id"]
        if case["ctr_source"]:
            assert value == pytest.approx(float(case["ctr_source"]), abs=0.005), case["id"]


def test_one_label_for_both_lungs_gives_the_same_ratio(films, measured):
    for case, labels in films[::4]:
        assert ctr_of(labels.merged(MERGE)) == measured[case["id"]]["ctr"].value, case["id"]


def test_false_alarms_are_few(measured):
    """Only tilts: 8 of 193 lungs look turned by more than 5 degrees."""
    odd = {name: found["ctr"].reason for name, found in measured.items() if found["ctr"].status != "ok"}
    assert set(odd) == {f"wingspan-{n}" for n in ("048", "060", "067", "080", "083", "104", "130", "224")}
    assert all(reason.startswith("the chest is tilted by") for reason in odd.values())


def test_the_three_forms_are_close_on_real_films(measured):
    for found in measured.values():
        assert found["thorax_width"].value >= found["thorax_width_widest"].value
        assert abs(found["ctr_widest"].value - found["ctr"].value) < 0.06
    gaps = [found["ctr_midline"].value - found["ctr"].value for found in measured.values()]
    assert abs(np.mean(gaps)) < 0.005
    assert np.std(gaps) < 0.01


def test_an_upright_group_is_upright_on_average(measured):
    tilts = [found["chest_tilt"].value for found in measured.values()]
    assert abs(np.mean(tilts)) < 1
    assert np.std(tilts) < 3
