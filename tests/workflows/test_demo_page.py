from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from medunet.images import write_dicom
from medunet.phantoms import chest_film
from medunet.reports import render
from medunet.workflows.demo_page import Demo, demo_page
from medunet.workflows.evaluate import evaluate
from medunet.workflows.predict import predict


@pytest.fixture(scope="module")
def made(trained, tmp_path_factory):
    """A demo's folder with one unseen film, and what evaluate and predict gave. Not to be changed."""
    place = tmp_path_factory.mktemp("demo")
    run = shutil.copytree(trained.folder, place / "run")
    film = chest_film(5, 0, size=64, bits=12)
    (place / "unseen").mkdir()
    write_dicom(place / "unseen" / "unseen-1.dcm", film.image, seed="unseen-1")
    scored = evaluate(run, device="cpu")
    predicted = predict([place / "unseen"], model=run, out=place / "predictions", device="cpu")
    done = Demo(place, Path("report.html"), 0.0213, {"lung": 0.9, "heart": None}, None, 12.34)
    return done, scored, predicted, film


def test_the_page_tells_how_well_it_went_and_for_what_it_does_not_stand(made):
    done, scored, predicted, film = made
    page = render(demo_page(done, scored, predicted, {"unseen-1": film.ctr}))
    assert "off by 0.0213 on average" in page
    assert "0.900" in page
    assert f"{film.ctr:.3f}" in page
    assert "unseen-1" in page
    assert "say nothing about how well" in page
    assert page.count("<img") + page.count("<svg") >= 1


def test_a_film_without_prediction_is_shown_as_such(made):
    done, scored, predicted, film = made
    page = render(demo_page(done, scored, predicted, {"unseen-1": film.ctr, "unseen-2": 0.5}))
    assert "not predicted" in page


def test_a_demo_as_plain_values():
    done = Demo(Path("demo"), Path("demo/report.html"), None, {"lung": None}, 0.1, 1.26)
    assert done.to_dict() == {
        "out": "demo",
        "report": str(Path("demo/report.html")),
        "ctr_error": None,
        "dice": {"lung": None},
        "true_ctr_error": 0.1,
        "seconds": 1.3,
    }
