"""What tests of several layers share."""

from __future__ import annotations

import os
import sys

import pytest

# Tests run on every core already; threads of numerical libraries, here and in processes that tests start, would wait
# for each other. It is read when these libraries are loaded.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# What Python compiled is kept, whatever the surroundings say: else every process that a test starts, and there are
# hundreds, compiles medunet anew, and every call of pytest all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture
def drawn_once(monkeypatch):
    """Figures of pages are drawn as SVG alone; their PDF and PNG, the same drawing twice more, are a few bytes.

    They take half of the time of a call that writes a page. That they are whole is shown in tests/reports, and by
    fixtures that outlive a test, whose figures are drawn three times as the user's are.
    """
    monkeypatch.setattr("medunet.reports.drawing.figure_pdf", lambda figure: b"%PDF stands here")
    monkeypatch.setattr("medunet.reports.drawing.figure_png", lambda figure: b"\x89PNG stands here")
