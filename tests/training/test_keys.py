from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.training.keys import generator, key_of


def test_a_key_is_the_same_on_every_machine_and_in_every_version():
    assert key_of(0, "augment", 1, 0, "film") == 0x3AC3ECEBC9FBD08


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["augment", "order"]), st.integers(0, 99)), unique=True))
def test_other_seeds_purposes_and_epochs_have_other_keys(parts):
    assert len({key_of(*part) for part in parts}) == len(parts)


def test_a_generator_does_not_depend_on_what_was_drawn_before():
    first = generator(3, "order", 7).uniform(size=4)
    generator(3, "order", 6).uniform(size=1000)
    assert (generator(3, "order", 7).uniform(size=4) == first).all()
    assert (generator(3, "order", 8).uniform(size=4) != first).all()
