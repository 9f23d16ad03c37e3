"""The source tree as the architecture tests see it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def modules():
    """Every module of the package, as a path below src/medunet."""
    package = ROOT / "src" / "medunet"
    found = sorted(path.relative_to(package) for path in package.rglob("*.py"))
    assert len(found) > 100, "the package was not found"
    return found


@pytest.fixture(scope="session")
def source():
    """The text of a module, by its path below src/medunet."""
    return lambda module: (ROOT / "src" / "medunet" / module).read_text(encoding="utf-8")
