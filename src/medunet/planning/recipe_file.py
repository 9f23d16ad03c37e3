"""Recipes as YAML: the packaged ones in `medunet/recipes/`, a user's own files, and `key=value` laid over them.

A mistake names the key, the value and what is allowed, all mistakes together.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from medunet.cases.names import repeated
from medunet.errors import InputError, UsageError, did_you_mean, nearest
from medunet.planning.network import Section
from medunet.planning.recipe import Recipe

_COMPARE = "Compare it with `medunet recipes show chest-xray-small`"
_WORDS = {
    "tuple_type": "must be a list",
    "dict_type": "must be keys with values below it",
    "model_type": "must be keys with values below it",
    "invalid_key": "must be a word",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "too_short": "must be a longer list",
    "too_long": "must be a shorter list",
}
"""Pydantic's words for Python programmers, said for those who write YAML."""
_LENGTHS = {"training.epochs": "steps", "training.steps": "epochs"}
"""Each says how long training takes: a change of one replaces the other."""


def recipe_names() -> tuple[str, ...]:
    """Names of the packaged recipes."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def recipe_text(name: str) -> str:
    """The YAML of a packaged recipe or of a file, as it stands.

    Raises:
        InputError: there is no such recipe, or the file cannot be read as text.
    """
    path = _folder() / f"{name}.yaml" if name in recipe_names() else Path(name)
    if path.suffix not in (".yaml", ".yml") or not path.is_file():
        known = ", ".join(recipe_names())
        remedy = f"{did_you_mean(name, recipe_names())}Known are {known}, or give a .yaml file"
        raise InputError(name, "there is no such recipe", remedy)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(name, "cannot be read as UTF-8 text", "Check the file and its permissions") from fault


def read_recipe(name: str, changes: Iterable[str] = ()) -> Recipe:
    """A packaged recipe or a YAML file, with changes laid over it.

    Args:
        name: of a packaged recipe, or of a file that ends in .yaml or .yml.
        changes: `key=value`, the value in YAML; the last part of a key is enough where it is the only one of its kind.

    Raises:
        InputError: no such recipe, not YAML, or keys and values that are not allowed (all named together).
        UsageError: a change is not `key=value`, or its short key may mean several.
    """
    values = _parsed(recipe_text(name), name)
    asked = list(changes)
    for change in asked:
        _set(values, change)
    return validated(values, " ".join([name, *(f"--set {change}" for change in asked)]))


def validated(values: Mapping[str, Any], where: str) -> Recipe:
    """The recipe that `values` describe.

    Args:
        values: the YAML's content.
        where: what messages call it.

    Raises:
        InputError: every key and value that is not allowed, in one message.
    """
    try:
        return Recipe.model_validate(dict(values))
    except ValidationError as fault:
        raise InputError(where, "; ".join(_explain(error) for error in fault.errors()), _COMPARE) from fault


def _folder() -> Path:
    return Path(str(resources.files("medunet"))) / "recipes"


class _OncePerKey(yaml.SafeLoader):
    """YAML without code, in which a key may stand once: PyYAML would silently take the last of two sections."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping; refuses a key that occurs twice."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := repeated(keys):
            raise yaml.constructor.ConstructorError(None, None, f"key {twice[0]} is given twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        values = _OncePerKey(text).get_single_data()
    except (yaml.YAMLError, RecursionError) as fault:
        raise InputError(name, f"is not readable YAML{_place(fault)}", _COMPARE) from fault
    if values is not None and not isinstance(values, dict):
        raise InputError(name, "is not a YAML mapping of keys to values", _COMPARE)
    return values or {}


def _place(fault: Exception) -> str:
    """Where the YAML is broken and how, in one line."""
    if not isinstance(fault, yaml.MarkedYAMLError) or fault.problem_mark is None:
        return ""
    return f" (line {fault.problem_mark.line + 1}: {fault.problem})"


def _set(values: dict[str, Any], change: str) -> None:
    """Lay one `key=value` over `values`, in place."""
    key, sign, text = change.partition("=")
    if not sign or not key.strip():
        raise UsageError(f"--set {change}", "is not key=value", "Write for instance --set training.lr=3e-4")
    full = _full_key(key.strip(), change)
    *sections, leaf = full.split(".")
    place = values
    for section in sections:
        if place.get(section) is None:
            place[section] = {}
        place = place[section]
        if not isinstance(place, dict):
            raise UsageError(f"--set {change}", f"{section} has no keys below it", "See `medunet recipes show`")
    try:
        place[leaf] = _OncePerKey(text).get_single_data()
    except (yaml.YAMLError, RecursionError) as fault:
        raise UsageError(
            f"--set {change}", f"{text} is not a YAML value{_place(fault)}", "Close its brackets and quotes"
        ) from fault
    if full in _LENGTHS and place[leaf] is not None:
        place[_LENGTHS[full]] = None


def _full_key(key: str, change: str) -> str:
    """The whole key of a short one (`lr`, `schedule.kind`); an unknown key stays, to be refused with the others."""
    paths = list(_paths(Recipe))
    fits = [path for path in paths if path.endswith(f".{key}")]
    if key in paths or not fits:
        return key
    if len(fits) > 1:
        raise UsageError(f"--set {change}", f"{key} may be {' or '.join(fits)}", "Write the one you mean in full")
    return fits[0]


def _paths(model: type[Section], start: str = "") -> Iterator[str]:
    """Every key of a model and of the sections in it, in full."""
    for name in model.model_fields:
        yield start + name
        if (inner := _section(model, name)) is not None:
            yield from _paths(inner, f"{start}{name}.")


def _section(model: type[Section], key: object) -> type[Section] | None:
    """The section below a key, or None where it holds a value or is not known."""
    field = model.model_fields.get(str(key))
    inner = field.annotation if field else None
    return inner if isinstance(inner, type) and issubclass(inner, Section) else None


def _explain(error: Any) -> str:
    """One mistake: key, value, what is allowed."""
    key = ".".join(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        return f"{key} is not a key ({_instead(error['loc'])})"
    got = "" if isinstance(error["input"], dict | Section) else f", got {reprlib.repr(error['input'])}"
    message = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return f"{key}{' ' if message.startswith(('must', 'is')) else ': '}{message}{got}" if key else f"{message}{got}"


def _instead(place: tuple[str | int, ...]) -> str:
    """What may stand instead of an unknown key: where it belongs, else which it looks like and all at its own place."""
    if elsewhere := [path for path in _paths(Recipe) if path.split(".")[-1] == place[-1]]:
        return f"it belongs at {' or '.join(elsewhere)}"
    model: type[Section] = Recipe
    for part in place[:-1]:
        model = _section(model, part) or model
    return f"{_meant(place, model)}known here: {', '.join(model.model_fields)}"


def _meant(place: tuple[str | int, ...], model: type[Section]) -> str:
    """`did you mean KEY? `: a key of the same section that an unknown one looks like, else one of any; or ""."""
    *section, word = map(str, place)
    if here := nearest(word, model.model_fields):
        return f"did you mean {'.'.join([*section, here])}? "
    whole = list(_paths(Recipe))
    last = nearest(word, [path.split(".")[-1] for path in whole])
    return f"did you mean {' or '.join(path for path in whole if path.split('.')[-1] == last)}? " if last else ""
