"""The models that come with the package, as a user meets them."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medunet.cases import read_cases
from medunet.measuring import Film, Intervals, measure
from medunet.prediction import Domain, Quality, load_model, packaged_models

WINGSPAN = Path(__file__).parents[3] / "shared" / "data" / "chest-wingspan"
LARGEST = 10 * 2**20
NEVER_SEEN = ("wingspan-040", "wingspan-047", "wingspan-049")


@pytest.fixture(scope="module")
def chest():
    return load_model("chest-xray")


def test_it_is_small_and_says_what_it_is(chest):
    folder = packaged_models()["chest-xray"]
    assert sum(path.stat().st_size for path in folder.iterdir()) < LARGEST
    assert {path.suffix for path in folder.iterdir()} == {".safetensors", ".json", ".md"}
    for said in ("MIT licence", "not a medical device", "Intended use", "Limits", "95 % intervals"):
        assert said in chest.card
    assert chest.scheme.names == ("lung", "heart")


def test_it_knows_its_errors_and_when_it_fails(chest):
    assert isinstance(chest.intervals, Intervals)
    assert 0.01 < (chest.intervals.half_width("ctr") or 0) < 0.1
    (checks,) = chest.checks
    assert isinstance(checks.quality, Quality)
    assert isinstance(checks.domain, Domain)


@pytest.mark.skipif(not WINGSPAN.is_dir(), reason="the Wingspan films are not here")
def test_films_that_it_has_not_seen(chest):
    cases = {case.id: case for case in read_cases(WINGSPAN, rename={"left lung": "lung", "right lung": "lung"})}
    with (WINGSPAN / "cases.csv").open(newline="", encoding="utf-8") as file:
        truth = {row["id"]: float(row["ctr"]) for row in csv.DictReader(file)}
    for name in NEVER_SEEN:
        case = cases[name]
        assert case.image_key() not in chest.trained_on
        said, reference = chest.predict(case.read_image(), checked=True), case.read_target()
        for structure in ("lung", "heart"):
            here, there = said.labels.mask(structure), reference.mask(structure)
            assert 2 * np.count_nonzero(here & there) / (here.sum() + there.sum()) > 0.9
        ratio = measure(said.labels, Film())[0]
        assert abs((ratio.value or 0) - truth[name]) < 0.06
        assert not said.assessment.looks
        upside_down = chest.predict(turned(case.read_image()), checked=True)
        assert upside_down.assessment.looks


def turned(image):
    return replace(image, array=np.ascontiguousarray(image.array[:, ::-1, ::-1]))
