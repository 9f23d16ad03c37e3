from __future__ import annotations

import pytest
from pydantic import ValidationError

from medunet.planning import AugmentationRecipe


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (AugmentationRecipe, "rotation", 181),
        (AugmentationRecipe, "shift", -0.1),
        (AugmentationRecipe, "noise", 2),
        (AugmentationRecipe, "zoom", (0.0, 1.1)),
        (AugmentationRecipe, "zoom", (0.9, 1.0, 1.1)),
        (AugmentationRecipe, "gain", 3.5),
        (AugmentationRecipe, "flip", True),
        (AugmentationRecipe, "flip_vertical", 1.5),
        (AugmentationRecipe, "variants", ({"variants": ()},)),
        (AugmentationRecipe, "variants", ({"turn": 3},)),
    ],
)
def test_what_is_outside_its_limits_is_refused(section, key, value):
    with pytest.raises(ValidationError) as fault:
        section(**{key: value})
    assert fault.value.errors()[0]["loc"][:1] in ((key,), ())  # () where the section as a whole is wrong


@pytest.mark.parametrize("name", ["zoom", "stretch", "gain", "contrast", "gamma"])
def test_factors_are_a_strength_or_two_ends(name):
    assert getattr(AugmentationRecipe(**{name: 0.2}), name) == 0.2
    assert getattr(AugmentationRecipe(**{name: [0.8, 1.3]}), name) == (0.8, 1.3)
    with pytest.raises(ValidationError, match=f"{name}: the smallest factor 1.3 lies above the largest 0.8"):
        AugmentationRecipe(**{name: [1.3, 0.8]})


def test_variants_are_whole_sets_of_changes():
    recipe = AugmentationRecipe(variants=[{}, {"rotation": 45}])
    assert [one.rotation for one in recipe.variants] == [0.0, 45.0]
