"""`medunet` is `medunet.__all__`, lazily, and nothing else."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

import medunet

HEAVY = ("lightning", "matplotlib", "nibabel", "numpy", "pandas", "pydantic", "pydicom", "scipy", "torch", "yaml")

PROBE = f"""
import json, sys
{{before}}
import medunet
heavy = {HEAVY!r}
print(json.dumps([name for name in heavy if name in sys.modules]))
"""


def loaded(before=""):
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(before=before)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_all_is_what_is_visible():
    assert sorted(medunet.__all__) == sorted(set(dir(medunet)) - {"__version__"})


def test_all_is_sorted_and_without_repeats():
    assert medunet.__all__ == sorted(set(medunet.__all__))


@pytest.mark.parametrize("name", medunet.__all__)
def test_every_name_resolves_to_a_documented_thing(name):
    thing = getattr(medunet, name)
    assert callable(thing)
    assert (thing.__doc__ or "").strip(), f"{name} has no docstring"


def test_commands_have_a_function_of_the_same_name():
    from medunet.cli.app import command_table

    commands = set(command_table().commands) - {"limits", "models", "recipes"}
    assert commands <= set(medunet.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_thing"):
        medunet.no_such_thing  # noqa: B018


def test_type_checkers_see_what_runs(source):
    """The names under TYPE_CHECKING are exactly the lazy ones, so that an editor and Python agree."""
    tree = ast.parse(source("__init__.py"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(medunet.__all__)


def test_importing_medunet_loads_nothing_heavy():
    assert loaded() == []


def test_the_probe_would_notice():
    assert loaded("import numpy") == ["numpy"]
