"""The layers hold, and the contract that says so would notice if they did not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(tree, path=None):
    """Exit code and report of import-linter on the package below `tree`."""
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=tree,
        env={"PYTHONPATH": str(tree / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(root, tmp_path):
    """A copy of the package and its contracts that a test may spoil."""
    shutil.copytree(root / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "models"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(root):
    code, report = lint(root)
    assert code == 0, report
    assert "2 kept, 0 broken" in report


def test_an_unspoilt_copy_passes_so_that_what_follows_means_something(copy):
    assert lint(copy)[0] == 0


@pytest.mark.parametrize(
    ("module", "line", "named"),
    [
        ("stray.py", "", "stray"),
        ("images/peeking.py", "import medunet.cases.case", "medunet.images is not allowed to import medunet.cases"),
        ("scoring/sideways.py", "import medunet.measuring.chest", "not allowed to import medunet.measuring"),
        ("workflows/upward.py", "import medunet.cli.terminal", "not allowed to import medunet.cli"),
        ("measuring/heavy.py", "import torch", "torch"),
        ("reports/hidden.py", "def late():\n    import lightning", "lightning"),
    ],
    ids=["undeclared module", "upward", "neighbour", "workflow to cli", "torch in measuring", "inside a function"],
)
def test_a_breach_fails(copy, module, line, named):
    (copy / "src" / "medunet" / module).write_text(f'"""Stray."""\n{line}\n', encoding="utf-8")
    code, report = lint(copy)
    assert code != 0
    assert named in re.sub(r"\s+", " ", report)


def cycles(graph):
    """Pairs of modules that import each other, at whatever distance."""
    return [
        (module, imported)
        for module in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        if graph.chain_exists(importer=imported, imported=module)
    ]


def test_no_module_imports_itself_by_any_way():
    grimp = pytest.importorskip("grimp")
    graph = grimp.build_graph("medunet", exclude_type_checking_imports=True, cache_dir=None)
    assert len(graph.modules) > 100
    assert cycles(graph) == []


def test_a_cycle_would_be_found():
    grimp = pytest.importorskip("grimp")
    graph = grimp.build_graph("medunet", exclude_type_checking_imports=True, cache_dir=None)
    graph.add_import(importer="medunet.errors", imported="medunet.cli.terminal")
    assert ("medunet.errors", "medunet.cli.terminal") in cycles(graph)
