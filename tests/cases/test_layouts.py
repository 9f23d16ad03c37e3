from __future__ import annotations

from medunet.cases.layouts import LAYOUTS
from medunet.cases.rows import Wishes


def test_order_and_names():
    assert [layout.name for layout in LAYOUTS] == ["table", "MIMIC-CXR-JPG", "NIH", "CheXmask", "pairs", "films"]


def test_the_first_that_fits(tmp_path, pen):
    pen.pairs(tmp_path, ["a", "b"])
    assert [layout.find(tmp_path, Wishes()) is not None for layout in LAYOUTS] == [False] * 4 + [True] * 2
    (tmp_path / "cases.csv").write_text("id\na\n")
    assert len(LAYOUTS[0].find(tmp_path, Wishes()).rows) == 1
