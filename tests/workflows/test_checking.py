from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from medunet.errors import InputError
from medunet.phantoms import chest_film
from medunet.planning import Sample
from medunet.prediction import load_model
from medunet.prediction.domain import Domain
from medunet.prediction.quality import Quality
from medunet.workflows import checking
from medunet.workflows.checking import Films, fit_checks


@pytest.fixture(scope="module")
def model(trained):
    return load_model(trained.folder)


def phantoms(seed, count):
    """Prepared phantoms of 32 × 32 pixels: both lungs 1, the heart 2."""

    def load(number):
        film = chest_film(seed, number, size=64)
        names = film.labels.scheme
        classes = sum((film.labels.array == names.value(n)) * k for n, k in zip(names.names, (1, 1, 2), strict=True))
        image = torch.from_numpy(film.image.array.astype(np.float32) / 255).half()
        return Sample(f"{seed}-{number}", image[:, ::2, ::2], torch.from_numpy(classes.astype(np.uint8))[::2, ::2])

    return Films(load, count)


@pytest.fixture(scope="module")
def fitted(model):
    return fit_checks(model, phantoms(1, 12), phantoms(2, 5))


def test_a_domain_tells_good_films_from_turned_ones(model, fitted):
    from medunet.prediction import features_of

    assert isinstance(fitted.domain, Domain)
    good = torch.stack([phantoms(3, 30).load(number).image.float() for number in range(30)])
    odds = [
        fitted.domain.odds(features_of(model.networks[0], pictures, model.plan.output))[0]
        for pictures in (good, good.flip(2, 3))
    ]
    assert np.median(odds[1]) > np.median(odds[0]) + 1
    assert fitted.domain.false_alarms[0] == 0
    assert fitted.domain.false_alarms[1] <= 0.14  # 2 of 15
    assert {"upside down", "unlike any training film"} <= set(fitted.domain.looks)


def test_a_film_is_held_against_its_mirror_image_unless_the_recipe_mirrors(model, fitted):
    from medunet.prediction import features_of

    good = torch.stack([phantoms(3, 30).load(number).image.float() for number in range(30)])
    features = [features_of(model.networks[0], pictures, model.plan.output) for pictures in (good, good.flip(-1))]
    assert np.mean(fitted.domain.sides(*features) > 0) > 0.8
    augmentation = model.plan.augmentation.model_copy(update={"flip": 0.5})
    mirroring = replace(model, plan=model.plan.model_copy(update={"augmentation": augmentation}))
    assert not fit_checks(mirroring, phantoms(1, 12), phantoms(2, 5)).domain.side.size


def test_an_estimate_of_quality_is_fitted_on_films_and_spoilt_ones(fitted):
    assert isinstance(fitted.quality, Quality)
    assert (fitted.quality.films, fitted.quality.pictures) == (5, 5 * checking.SPOILT)
    assert set(fitted.quality.regular) <= {"lung", "heart"}


def test_the_same_films_give_the_same_checks_and_it_says_how_far_it_is(model, fitted, heard):
    assert fit_checks(model, phantoms(1, 12), phantoms(2, 5), heard).digest == fitted.digest
    assert heard.tasks == [("learning to tell poor predictions", 5), ("learning what is foreign", 17)]


@pytest.mark.parametrize(("training", "validation"), [(7, 5), (12, 3)])
def test_too_few_films_fit_nothing_and_cost_nothing(model, training, validation):
    def load(number):
        raise AssertionError("a film was read")

    found = fit_checks(model, Films(load, training), Films(load, validation))
    assert (
        found.quality
        == found.domain
        == (f"{training} training and {validation} validation films are too few to fit it on (8 and 4 at least)")
    )


def test_a_film_that_is_gone_costs_the_checks_and_not_the_training(model):
    def load(number):
        raise InputError("film.png", "cannot be read", "Restore it")

    found = fit_checks(model, Films(load, 12), Films(load, 5))
    assert found.quality == found.domain == "a film could not be read again: cannot be read"


def test_where_the_time_has_run_out_few_films_do(model, monkeypatch):
    monkeypatch.setattr(checking, "FEWEST_FILMS", 4)
    seen = []

    def counted(films):
        return replace(films, load=lambda number: seen.append(number) or films.load(number))

    found = fit_checks(model, counted(phantoms(1, 12)), counted(phantoms(2, 6)), seconds=lambda: -1.0)
    assert len(seen) == 12  # four for each of quality, domain and its limits
    assert isinstance(found.domain, Domain)
    assert isinstance(found.quality, Quality)


def test_a_volume_is_not_checked_yet(model):
    how = model.plan.preprocessing.model_construct(**dict(model.plan.preprocessing) | {"size": (8, 8, 8)})
    volumes = replace(model, plan=model.plan.model_copy(update={"preprocessing": how}))
    assert fit_checks(volumes, phantoms(1, 12), phantoms(2, 5)).domain == checking.NOT_FLAT
