from __future__ import annotations

from dataclasses import replace

import numpy as np

from medunet.phantoms import rearranged
from medunet.prediction.domain import MIRRORED
from medunet.prediction.domain_fitting import (
    ALARMS,
    ALARMS_AUGMENTED,
    FEWEST,
    LOWEST_LIMIT,
    LOWEST_MARGIN,
    Mirrored,
    fit_domain,
)

LOOKS = ("upside down", "unlike any training film")


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


def sided(seed, n, common=0.0):
    """Features of pictures and of their mirror images: a side in the first, what both have in common in the others."""
    random = np.random.default_rng(seed)
    both = random.normal(common, 1, (n, 300)).astype(np.float32)
    left, right = both.copy(), both.copy()
    left[:, 0] += 3
    right[:, 0] -= 3
    noise = random.normal(0, 0.3, (2, n, 300)).astype(np.float32)
    return left + noise[0], right + noise[1]


def fitted_with_sides():
    good, held, augmented = sided(0, 60), sided(1, 40), sided(2, 40)
    mirrored = Mirrored(good[1], (held[1], augmented[1]))
    return fit_domain(good[0], (held[0], augmented[0]), rows(5, 60, 6.0), [1] * 60, LOOKS, mirrored)


def test_a_mirrored_picture_is_told_by_its_own_mirror_image_also_where_all_else_is_new():
    domain = replace(fitted_with_sides(), limit=np.inf)  # the other check says nothing
    right, wrong = sided(7, 50, common=2.0)
    assert [domain.doubt(*pair) for pair in zip(right, wrong, strict=True)] == [""] * 50
    assert [domain.doubt(*pair) for pair in zip(wrong, right, strict=True)] == [MIRRORED] * 50
    np.testing.assert_allclose(domain.sides(right, wrong), -domain.sides(wrong, right))


def test_mirrored_is_called_as_among_the_rearranged_films():
    assert MIRRORED == rearranged.MIRRORED


def test_a_picture_that_could_be_either_way_round_is_not_doubted():
    domain = fitted_with_sides()
    right, wrong = (part.mean(axis=0) for part in sided(8, 50))
    steps = [right + share * (wrong - right) for share in np.linspace(0, 1, 41)]
    odds = [domain.sides(here[None], there[None])[0] for here, there in zip(steps, reversed(steps), strict=True)]
    said = [domain.doubt(here, there) for here, there in zip(steps, reversed(steps), strict=True)]
    assert domain.margin == LOWEST_MARGIN
    assert min(odds) < -LOWEST_MARGIN < max(odds)
    assert said == [MIRRORED if one < -LOWEST_MARGIN else "" for one in odds]


def test_where_sides_are_hard_to_tell_the_margin_keeps_false_alarms_rare():
    good, held = rows(0, 60), rows(1, 200)
    mirrored = Mirrored(rows(2, 60), (rows(3, 200), rows(4, 200)))  # pictures and mirror images differ by chance alone
    domain = fit_domain(good, (held, rows(6, 200)), rows(5, 60, 6.0), [1] * 60, LOOKS, mirrored)
    assert domain.margin > LOWEST_MARGIN
    assert domain.false_alarms[0] <= ALARMS
    doubts = [bool(domain.doubt(*pair)) for pair in zip(held, mirrored.held_out[0], strict=True)]
    assert np.mean(doubts) == domain.false_alarms[0]


def test_where_mirroring_is_nothing_strange_there_is_no_probe_of_sides():
    domain = fitted()
    assert domain.side.size == 0
    assert set(domain.arrays()) == {"mean", "scale", "weights", "bias"}
    assert domain.doubt(rows(9, 1)[0], rows(9, 1, 4.0)[0]) == domain.doubt(rows(9, 1)[0])
