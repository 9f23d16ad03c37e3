"""The keys of recipe and plan as flat parameters, for trackers that compare runs by them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import BaseModel

from medunet.workflows.tracking.tracker import Parameter

if TYPE_CHECKING:
    from medunet.planning import Plan, Recipe

REASONS = "plan.decisions"
"""Sentences for people; what was decided stands in the other keys."""


def parameters_of(recipe: Recipe, plan: Plan) -> dict[str, Parameter]:
    """Every key of the recipe as `--set` calls it, and every key of the plan after `plan.`."""
    return _flat(recipe, "") | {key: value for key, value in _flat(plan, "plan.").items() if key != REASONS}


def _flat(section: BaseModel, prefix: str) -> dict[str, Parameter]:
    """The keys of a section and of those below it; what is left open is `none`, other lists and mappings are JSON."""
    plain = section.model_dump(mode="json")
    found: dict[str, Parameter] = {}
    for name in type(section).model_fields:
        inner, value = getattr(section, name), plain[name]
        if isinstance(inner, BaseModel):
            found |= _flat(inner, f"{prefix}{name}.")
        elif isinstance(value, str | int | float | bool):
            found[prefix + name] = value
        else:
            found[prefix + name] = "none" if value is None else json.dumps(value, ensure_ascii=False)
    return found
