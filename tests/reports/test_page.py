from __future__ import annotations

from importlib.resources import files
from typing import get_args

from medunet.reports.page import CAVEAT, Block, Page


def test_every_block_has_its_template():
    kinds = [block.kind for block in get_args(Block)]
    assert len(set(kinds)) == len(kinds)
    assert all((files("medunet.reports") / "templates" / "blocks" / f"{kind}.html.j2").is_file() for kind in kinds)


def test_every_page_carries_the_caveat():
    assert Page("t", "", (), ()).caveat == CAVEAT
    assert "Not a medical device" in CAVEAT
