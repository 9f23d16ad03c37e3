from __future__ import annotations

import numpy as np
import pytest
import torch

from medunet.prediction.quality import FEWEST, Quality, Signs, fit_quality, read_signs

EVEN = Quality(0.0, 0.5, 0.5, ("lung",), 5, 40, 0.02)


def shares_for(mask, sure):
    """Softmax over background and one structure that is found where `mask` is, with probability `sure`."""
    inside = torch.where(mask, sure, 1 - sure)
    return torch.stack([1 - inside, inside])


@pytest.fixture
def disc():
    y, x = torch.meshgrid(torch.arange(64) - 31.5, torch.arange(64) - 31.5, indexing="ij")
    return torch.hypot(y, x) < 20


def test_a_sure_prediction_that_stays_where_it_is_has_the_highest_signs(disc):
    picture = torch.rand(1, 64, 64)
    shares = shares_for(disc, 0.999)
    zoomed = {0: 0.9, 1: 1.08}

    def ask(views):
        y, x = torch.meshgrid(torch.arange(64) - 31.5, torch.arange(64) - 31.5, indexing="ij")
        return torch.stack([shares_for(torch.hypot(y, x) < 20 * zoomed[number], 0.999) for number in range(len(views))])

    found = read_signs(picture, shares, ask, "softmax", (1,))
    assert found.certainty > 0.99
    assert found.agreement > 0.98


def test_doubt_at_every_pixel_and_masks_that_move_lower_the_signs(disc):
    picture = torch.rand(1, 64, 64)
    steady = read_signs(
        picture, shares_for(disc, 0.6), lambda v: torch.stack([shares_for(disc, 0.6)] * 2), "softmax", ()
    )
    moved = torch.roll(disc, 25, dims=1)
    loose = read_signs(
        picture, shares_for(disc, 0.6), lambda v: torch.stack([shares_for(moved, 0.6)] * 2), "softmax", ()
    )
    expected = 2 * 0.6 * disc.sum() / (0.6 * disc.sum() + 0.4 * (~disc).sum() + disc.sum())
    assert steady.certainty == pytest.approx(float(expected), abs=1e-5)
    assert loose.certainty == steady.certainty
    assert loose.agreement < steady.agreement - 0.3


def test_a_structure_that_is_not_found_counts_as_0_only_where_it_always_is(disc):
    nothing = torch.zeros_like(disc)
    shares = torch.cat([shares_for(disc, 0.9), torch.zeros(1, 64, 64)])

    def ask(views):
        return torch.stack([shares] * len(views))

    as_a_rule = read_signs(torch.rand(1, 64, 64), shares, ask, "softmax", (1, 2))
    at_times = read_signs(torch.rand(1, 64, 64), shares, ask, "softmax", (1,))
    assert as_a_rule.certainty == pytest.approx(at_times.certainty / 2)
    empty = shares_for(nothing, 0.9)
    assert read_signs(torch.rand(1, 64, 64), empty, lambda v: torch.stack([empty] * 2), "softmax", ()) is None
    assert read_signs(torch.rand(1, 64, 64), empty, lambda v: torch.stack([empty] * 2), "softmax", (1,)) == Signs(0, 0)


def test_the_estimate_rises_with_each_sign_and_stays_in_0_to_1():
    signs = np.linspace(0, 1, 21)
    for other in (0.2, 0.9):
        rising = [EVEN.estimate(Signs(value, other)) for value in signs]
        assert rising == sorted(rising)
        assert 0 <= rising[0] < rising[-1] <= 1
    assert EVEN.estimate(Signs(0.8, 0.8)) == pytest.approx(0.8)


def simulated(n=200, seed=0):
    random = np.random.default_rng(seed)
    signs = [Signs(*map(float, row)) for row in random.uniform(0.3, 0.99, (n, 2))]
    logits = [0.4 + 0.9 * np.log(one.agreement / (1 - one.agreement)) for one in signs]
    return signs, [float(1 / (1 + np.exp(-value))) for value in logits], [f"film-{k // 4}" for k in range(n)]


def test_the_fit_finds_what_made_the_numbers():
    signs, dices, films = simulated()
    found = fit_quality(signs, dices, films, ["lung"])
    assert found.intercept == pytest.approx(0.4, abs=0.1)
    assert found.agreement == pytest.approx(0.9, abs=0.1)
    assert found.certainty == pytest.approx(0, abs=0.05)
    assert (found.films, found.pictures, found.regular) == (50, 200, ("lung",))
    assert found.error < 0.02
    estimates = [found.estimate(one) for one in signs]
    assert np.corrcoef(estimates, dices)[0, 1] > 0.99


def test_a_sign_that_speaks_the_wrong_way_round_is_left_aside():
    signs, dices, films = simulated()
    found = fit_quality(signs, [1 - dice for dice in dices], films, [])
    assert found.agreement == 0
    assert found.certainty >= 0


def test_too_few_pictures_or_films_fit_nothing():
    signs, dices, films = simulated(FEWEST - 1)
    assert "too few" in fit_quality(signs, dices, films, [])
    signs, dices, _ = simulated(FEWEST + 5)
    assert "of 1 films" in fit_quality(signs, dices, ["one"] * len(signs), [])


def test_the_error_is_that_of_subjects_who_are_left_out():
    """A subject whose films are like no other's: left out film by film, its other films would tell."""
    signs, dices, films = simulated(40)
    subjects = ["odd" if film in films[:20] else film for film in films]
    dices = [0.05 if one == "odd" else dice for one, dice in zip(subjects, dices, strict=True)]
    by_film, by_subject = (fit_quality(signs, dices, films, [], whose) for whose in (None, subjects))
    assert by_subject.error > by_film.error + 0.1
    assert by_subject.films == by_film.films == 10
    assert "of 1 subjects" in fit_quality(signs, dices, films, [], ["one"] * 40)


def test_it_is_stored_as_plain_values():
    assert Quality.from_dict(EVEN.to_dict()) == EVEN


@pytest.mark.parametrize("wrong", [{"certainty": -0.1}, {"intercept": float("nan")}, {"error": float("inf")}])
def test_a_regression_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="finite slopes"):
        Quality.from_dict(EVEN.to_dict() | wrong)
