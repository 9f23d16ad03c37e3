"""What is installed with medunet may be shipped with a closed product: no GPL, AGPL or LGPL among it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COPYLEFT = re.compile(r"\b[AL]?GPL|General Public License", re.IGNORECASE)
# The GCC runtime in numpy's and scipy's wheels: GPL with the exception that permits any program to link it.
EXCEPTION = re.compile(r"L?GPL[\w.+-]*\s+WITH\s+GCC-exception[\w.-]*", re.IGNORECASE)
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python-2\.0|Python Software|Zlib|HPND|MPL-2\.0|Mozilla Public|Unlicense)\b",
    re.IGNORECASE,
)


GIVEN_BY = {"annotated-types": "pydantic", "markupsafe": "jinja2"}
"""Packages that are part of the documented interface of a declared one, which always brings them."""


DECODERS = ("pylibjpeg", "pylibjpeg-openjpeg")
"""Packages that pydicom finds and imports by itself, for pixels compressed as HTJ2K and JPEG 2000."""

FOUND_BY = {"pylibjpeg": "pydicom", "pylibjpeg-openjpeg": "pydicom", "pylibjpeg-rle": "pydicom", "pyjpegls": "pydicom"}
"""Packages that nobody imports by name: a declared one looks for them itself, here to decode compressed DICOM."""


@pytest.fixture(scope="module")
def declared(root):
    """What pyproject.toml asks for; the metadata of an editable installation may be older."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"]]


@pytest.fixture(scope="module")
def extras(root):
    """What the extras for users bring, each of which may be missing here."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brought = {name: texts for name, texts in project["optional-dependencies"].items() if name != "dev"}
    return [Requirement(text) for texts in brought.values() for text in texts]


def runtime(requirements, seen=None):
    """The installed distributions that requirements pull in without any extra."""
    seen = {} if seen is None else seen
    for requirement in requirements:
        key = canonicalize_name(requirement.name)
        if key in seen or (requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            seen[key] = metadata.distribution(key)
        except metadata.PackageNotFoundError:
            continue  # not for this platform
        runtime([Requirement(text) for text in seen[key].requires or ()], seen)
    return seen


def licence(distribution):
    """The licence as the distribution states it: SPDX expression, classifiers, or the field's first line."""
    data = distribution.metadata
    if expression := data.get("License-Expression"):
        return expression
    classifiers = [text for text in data.get_all("Classifier") or () if text.startswith("License ::")]
    stated = " / ".join(text.rsplit("::", 1)[-1].strip() for text in classifiers)
    first = next(iter((data.get("License") or "").strip().splitlines()), "")
    return stated if stated and stated != "OSI Approved" else first


def acceptable(text):
    """Whether some choice the licence gives is free of copyleft, and known."""
    choices = re.split(r"\s+OR\s+|\s+or\s+", EXCEPTION.sub("", text))
    return any(PERMISSIVE.search(choice) and not COPYLEFT.search(choice) for choice in choices)


def imports_of(text):
    """Top names of the packages that source text imports, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).split(".")[0])
    return found


def test_every_runtime_dependency_is_permissive(declared, extras):
    found = runtime([*declared, *extras])
    assert {"torch", "numpy", "pydicom", "typer", "jinja2", "markupsafe"} <= found.keys()
    assert {name: licence(one) for name, one in found.items() if not acceptable(licence(one))} == {}


def test_every_imported_package_is_declared(declared, extras, modules, source):
    """One that is there only because another happens to bring it goes when that one changes."""
    names = {canonicalize_name(requirement.name) for requirement in (*declared, *extras)}
    names |= {name for name, giver in GIVEN_BY.items() if giver in names}
    providers = metadata.packages_distributions()
    imported = set().union(*(imports_of(source(module)) for module in modules))
    foreign = imported - set(sys.stdlib_module_names) - {"medunet", "__future__"}
    assert {"torch", "numpy"} <= foreign
    # A package that is not installed here is known by the name that it is imported by.
    given = {one: {canonicalize_name(name) for name in providers.get(one, (one,))} for one in foreign}
    assert {one for one, by in given.items() if not by & names} == set()


def test_every_declared_package_is_imported(declared, modules, source):
    """What nobody imports is weight for every user."""
    providers = metadata.packages_distributions()
    imported = set().union(*(imports_of(source(module)) for module in modules))
    used = {canonicalize_name(name) for one in imported for name in providers.get(one, ())}
    assert {canonicalize_name(requirement.name) for requirement in declared} - used == set(DECODERS)


def test_what_another_package_gives_is_still_given():
    for name, giver in GIVEN_BY.items():
        needs = {canonicalize_name(Requirement(text).name) for text in metadata.requires(giver) or ()}
        assert name in needs


@pytest.mark.parametrize(
    "text",
    [
        "MIT",
        "Apache-2.0 OR BSD-2-Clause",
        "MPL-2.0 AND MIT",
        "BSD License",
        "GPL-2.0-only OR MIT",
        "MIT-CMU",
        "BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1",
    ],
)
def test_permissive_licences_pass(text):
    assert acceptable(text)


@pytest.mark.parametrize(
    "text", ["GPL-3.0-or-later", "AGPL-3.0", "LGPL-2.1", "GNU General Public License v3", "", "MIT AND GPL-3.0"]
)
def test_others_do_not(text):
    assert not acceptable(text)
