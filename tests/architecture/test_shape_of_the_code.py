"""Names, sizes and the mirror of tests: rules 3, 10 and 12 of the architecture."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path, PurePosixPath

import pytest

FORBIDDEN = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "base"}

LAYER_OF_TESTS = {"cli": "commands"}
"""Layers whose tests stand in a folder of another name: commands are tested as a user calls them."""


def forbidden_words(path):
    return FORBIDDEN & {word for part in PurePosixPath(path).parts for word in re.split(r"[_\W]+", part.lower())}


def test_names_say_what_is_inside(root):
    folders = [root / name for name in ("src", "tests", "benchmarks", "docs")]
    paths = [
        path.relative_to(root) for folder in folders for path in folder.rglob("*") if "__pycache__" not in str(path)
    ]
    assert paths
    assert [str(path) for path in paths if forbidden_words(path.as_posix())] == []


@pytest.mark.parametrize("path", ["images/utils.py", "string_helpers.py", "base/x.py", "train_common.py", "Manager.py"])
def test_a_forbidden_name_would_be_found(path):
    assert forbidden_words(path)


def test_a_longer_word_is_no_forbidden_one():
    assert not forbidden_words("cases/database.py")


def lines_of(text):
    return len(text.splitlines())


def test_files_are_short(modules, source):
    sizes = {str(module): lines_of(source(module)) for module in modules}
    assert {name: size for name, size in sizes.items() if size > 400} == {}
    assert statistics.median(size for name, size in sizes.items() if not name.endswith("__init__.py")) < 130


def lengths_of_functions(text):
    """Function → lines, from its first decorator to its last line."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            found.append((node.name, (node.end_lineno or first) - first + 1))
    return found


def test_functions_are_short(modules, source):
    lengths = [(f"{module}:{name}", size) for module in modules for name, size in lengths_of_functions(source(module))]
    long = sorted((size, name) for name, size in lengths if size >= 40)
    assert len(lengths) > 500
    assert len(long) <= 0.05 * len(lengths), long


def test_the_length_of_a_function_counts_its_decorators():
    assert lengths_of_functions("@a\n@b\ndef f():\n    x = 1\n    return x\n") == [("f", 5)]


def mirror_of(module):
    """Where the tests of a module belong: tests/LAYER/test_MODULE.py."""
    layer, *rest = module.parts
    if not rest:
        return Path(f"test_{module.stem}.py")
    return Path(LAYER_OF_TESTS.get(layer, layer), *rest[:-1], f"test_{module.stem}.py")


def test_every_module_has_its_tests(root, modules):
    """An `__init__` only names what its package gives; the public API has tests of its own."""
    wanted = [mirror_of(module) for module in modules if module.name != "__init__.py"]
    missing = [path.as_posix() for path in wanted if not (root / "tests" / path).is_file()]
    assert missing == []


def test_every_file_of_tests_holds_a_test(root):
    files = list((root / "tests").rglob("test_*.py"))
    assert files
    assert [str(path.relative_to(root)) for path in files if "def test_" not in path.read_text(encoding="utf-8")] == []


def test_every_package_says_what_it_is_and_gives(root, modules, source):
    for module in modules:
        if module.name != "__init__.py":
            continue
        tree = ast.parse(source(module))
        assert ast.get_docstring(tree), f"{module} has no docstring"
        imports = any(isinstance(node, ast.ImportFrom) and node.module != "__future__" for node in tree.body)
        names = [t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
        assert "__all__" in names or not imports, f"{module} gives names without __all__"
