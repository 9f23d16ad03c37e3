from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.phantoms.keyed import Keys, draws

NUMBERS = st.integers(0, 2**31)


@given(seed=NUMBERS, key=NUMBERS)
@settings(deadline=None, max_examples=30)
def test_same_key_same_draws_and_another_key_others(seed, key):
    first = draws(seed, "pose", key).random(4)
    assert np.array_equal(first, draws(seed, "pose", key).random(4))
    assert not np.array_equal(first, draws(seed, "person", key).random(4))
    assert not np.array_equal(first, draws(seed, "pose", key + 1).random(4))
    assert not np.array_equal(first, draws(seed + 1, "pose", key).random(4))


def test_a_person_is_shared_between_films_and_a_visit_is_not():
    first, second = Keys(5, 3, 10), Keys(5, 3, 11)
    assert first.person("bones").random() == second.person("bones").random()
    assert first.visit("noise").random() != second.visit("noise").random()


def test_the_stream_itself_is_pinned():
    """A change of generator or of key would silently make other films of every seed."""
    assert draws(0, "person", 0).integers(0, 1000, 6).tolist() == PINNED


PINNED = [951, 574, 812, 345, 63, 795]
