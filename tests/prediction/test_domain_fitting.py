from __future__ import annotations

import numpy as np

from medunet.prediction.domain_fitting import ALARMS, ALARMS_AUGMENTED, FEWEST, LOWEST_LIMIT, fit_domain

LOOKS = ("mirrored", "unlike any training film")


def rows(seed, n, shift=0.0, width=300):
    made = np.random.default_rng(seed).normal(0, 1, (n, width)).astype(np.float32)
    made[:, :5] += shift
    return made


def fitted(seed=0, held=80):
    strange = np.concatenate([rows(seed + 1, 40, 4.0), rows(seed + 2, 40, -4.0)])
    held_out = rows(seed + 3, held), rows(seed + 4, held)
    return fit_domain(rows(seed, 60), held_out, strange, [0] * 40 + [1] * 40, LOOKS)


def test_more_features_than_pictures_are_told_apart_on_new_pictures():
    domain = fitted()
    doubts = [[bool(domain.doubt(row)) for row in rows(9, 80, shift)] for shift in (0.0, 4.0, -4.0)]
    assert np.mean(doubts[0]) < 0.12
    assert np.mean(doubts[1]) > 0.9
    assert np.mean(doubts[2]) > 0.9


def test_where_all_is_told_with_ease_the_limit_leaves_room_for_other_makers():
    domain = fitted(held=400)
    assert domain.limit == LOWEST_LIMIT
    assert max(domain.false_alarms) <= ALARMS


def test_where_it_is_hard_the_limit_keeps_false_alarms_rare():
    good, strange = rows(0, 60, width=10), rows(1, 60, 0.3, width=10)
    held_out = rows(2, 500, width=10), rows(3, 500, width=10)
    domain = fit_domain(good, held_out, strange, [0] * 60, LOOKS[:1])
    assert domain.limit > LOWEST_LIMIT
    assert domain.false_alarms[0] <= ALARMS
    assert domain.false_alarms[1] <= ALARMS_AUGMENTED
    for part, told in zip(held_out, domain.false_alarms, strict=True):
        assert np.mean([bool(domain.doubt(row)) for row in part]) == told


def test_the_same_pictures_give_the_same_domain():
    first, again = fitted(), fitted()
    assert first.to_dict() == again.to_dict()
    for name, array in first.arrays().items():
        np.testing.assert_array_equal(array, again.arrays()[name])


def test_a_feature_that_never_moves_does_no_harm():
    good, held, strange = rows(0, 40), rows(1, 40), rows(2, 40, 5.0)
    for part in (good, held, strange):
        part[:, 100:] = 0.25
    domain = fit_domain(good, (held, held), strange, [1] * 40, LOOKS)
    assert np.mean([bool(domain.doubt(row)) for row in held]) <= 0.1


def test_too_few_pictures_fit_nothing():
    few = rows(0, FEWEST - 1)
    assert "too few" in fit_domain(few, (rows(1, 40), rows(3, 4)), rows(2, 9), [0] * 9, LOOKS)
    assert "too few" in fit_domain(rows(1, 40), (few, few[:0]), rows(2, 9), [0] * 9, LOOKS)
