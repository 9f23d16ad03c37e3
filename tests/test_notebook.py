"""The notebook runs from top to bottom, as a reader would run it, on fewer and smaller films."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch

NOTEBOOK = Path(__file__).parents[1] / "docs" / "chest.ipynb"
LENGTH = re.compile(r"^FILMS, STEPS, SIDE = [^#\n]*", re.MULTILINE)


def cells(kind: str) -> list[str]:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def shown(source: str, names: dict[str, Any]) -> str:
    """Run a cell; what its last line would show of itself."""
    *lines, last = source.splitlines()
    if last.isidentifier():
        exec("\n".join(lines), names)
        return str(names[last]._repr_html_())
    exec(source, names)
    return ""


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_every_cell_runs_and_shows_what_it_says(drawn_once):
    sources = cells("code")
    sources[0], replaced = LENGTH.subn("FILMS, STEPS, SIDE = 30, 24, 64", sources[0])
    assert replaced == 1
    names: dict[str, Any] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        pages = [shown(source, names) for source in sources]
    assert [bool(page) for page in pages].count(True) == 4
    assert all("<" in page for page in pages if page)
    assert "30 measured, 0 failed" in said.getvalue()
    assert "report.html" in said.getvalue()


def test_it_holds_no_output_and_no_machine():
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in notebook["cells"])
    assert "/home/" not in NOTEBOOK.read_text(encoding="utf-8")
