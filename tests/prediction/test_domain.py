from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medunet.prediction.domain import ARRAYS, Domain, standardised
from medunet.prediction.domain_fitting import fit_domain

LOOKS = ("upside down", "unlike any training film")


def clouds(seed=0, n=60):
    """Good pictures about 0, upside-down ones shifted along the first axis, others along the second."""
    random = np.random.default_rng(seed)
    good, first, second = (random.normal(0, 1, (n, 12)).astype(np.float32) for _ in range(3))
    first[:, 0] += 12
    second[:, 1] += 12
    return good, np.concatenate([first, second])


@pytest.fixture(scope="module")
def domain():
    good, strange = clouds()
    return fit_domain(good, (clouds(1)[0], clouds(8)[0]), strange, [0] * 60 + [1] * 60, LOOKS)


def test_good_pictures_raise_no_doubt_and_strange_ones_say_what_they_look_like(domain):
    good, strange = clouds(2)
    assert np.mean([bool(domain.doubt(row)) for row in good]) < 0.1
    assert {domain.doubt(row) for row in strange[:60]} == {"upside down"}
    assert {domain.doubt(row) for row in strange[60:]} == {"unlike any training film"}


def test_the_limit_alone_decides(domain):
    rows = np.concatenate(clouds(3))
    assert {replace(domain, limit=float("inf")).doubt(row) for row in rows} == {""}
    assert "" not in {replace(domain, limit=float("-inf")).doubt(row) for row in rows}


def test_odds_are_those_of_strange_against_good(domain):
    row = clouds(4)[0][:1]
    logits = standardised(row, domain.mean, domain.scale) @ domain.weights.T.astype(float) + domain.bias
    shares = np.exp(logits[0]) / np.exp(logits[0]).sum()
    assert domain.odds(row)[0][0] == pytest.approx(np.log((1 - shares[0]) / shares[0]), rel=1e-6)


def test_absurd_features_give_numbers(domain):
    for row in (np.full(12, 1e30, np.float32), np.full(12, -1e30, np.float32)):
        assert isinstance(domain.doubt(row), str)
        assert np.isfinite(domain.odds(row[None])[0]).all()


def test_it_is_stored_as_arrays_and_plain_values(domain):
    again = Domain.from_dict(domain.to_dict(), domain.arrays())
    rows = np.concatenate(clouds(5))
    assert [again.doubt(row) for row in rows] == [domain.doubt(row) for row in rows]
    assert again.to_dict() == domain.to_dict()


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_that_do_not_fit_or_hold_no_numbers_are_refused(domain, name):
    arrays = domain.arrays()
    with pytest.raises(ValueError, match="do not fit"):
        Domain.from_dict(domain.to_dict(), arrays | {name: np.zeros((3, 3, 3), np.float32)})
    with pytest.raises(ValueError, match="hold numbers"):
        Domain.from_dict(domain.to_dict(), arrays | {name: arrays[name] * np.float32("nan")})


def test_a_probe_of_sides_is_stored_with_the_rest_and_refused_where_it_does_not_fit(domain):
    sided = replace(domain, side=np.linspace(-1, 1, 12).astype(np.float32))
    again = Domain.from_dict(sided.to_dict(), sided.arrays())
    here, there = clouds(6)[0], clouds(7)[0]
    assert [again.doubt(*pair) for pair in zip(here, there, strict=True)] == [
        sided.doubt(*pair) for pair in zip(here, there, strict=True)
    ]
    for side, why in ((np.zeros(5, np.float32), "do not fit"), (np.full(12, np.nan, np.float32), "hold numbers")):
        with pytest.raises(ValueError, match=why):
            Domain.from_dict(sided.to_dict(), sided.arrays() | {"side": side})
