from __future__ import annotations

import pytest

from medunet.reports.provenance import Flow, Step


def test_a_flow_adds_up():
    Flow(
        (Step("found", 195, ((2, "could not be read"),)), Step("read", 193, ((155, "trained on"),)), Step("scored", 38))
    )
    Flow(())


def test_a_flow_that_does_not_add_up_cannot_be():
    with pytest.raises(ValueError, match="195 found leave 193, not 190 read"):
        Flow((Step("found", 195, ((2, "could not be read"),)), Step("read", 190)))


def test_nothing_is_lost_at_the_end():
    with pytest.raises(ValueError, match="last step"):
        Flow((Step("found", 195, ((2, "could not be read"),)),))
