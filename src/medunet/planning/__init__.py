"""Planning: what was asked (recipe), what the data look like (fingerprint), what was decided (plan).

`recipe` and `network` are the values a user writes, `recipe_file` reads them. `preprocessing` is the one way from a
film to the network's numbers that training and prediction share, with its inverse beside it; `cache` keeps its results.
"""

from medunet.planning.augmentation_recipe import AugmentationRecipe, Changes
from medunet.planning.cache import Sample, SampleCache, stack
from medunet.planning.fingerprint import Fingerprint, fingerprint
from medunet.planning.network import NetworkShape, Section, UNetConfig
from medunet.planning.plan import Decision, Plan, make_plan
from medunet.planning.preprocessing import Placement, Preprocessing, place, prepare, prepare_labels, restore
from medunet.planning.recipe import Recipe, SplitRecipe
from medunet.planning.recipe_file import read_recipe, recipe_names, recipe_text, validated
from medunet.planning.training_recipe import BACKGROUND, LossName, ScheduleRecipe, TrainingRecipe

__all__ = [
    "BACKGROUND",
    "AugmentationRecipe",
    "Changes",
    "Decision",
    "Fingerprint",
    "LossName",
    "NetworkShape",
    "Placement",
    "Plan",
    "Preprocessing",
    "Recipe",
    "Sample",
    "SampleCache",
    "ScheduleRecipe",
    "Section",
    "SplitRecipe",
    "TrainingRecipe",
    "UNetConfig",
    "fingerprint",
    "make_plan",
    "place",
    "prepare",
    "prepare_labels",
    "read_recipe",
    "recipe_names",
    "recipe_text",
    "restore",
    "stack",
    "validated",
]
