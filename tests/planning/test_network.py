from __future__ import annotations

import pytest
from pydantic import ValidationError

from medunet.planning import NetworkShape, UNetConfig


@pytest.mark.parametrize(("widths", "multiple"), [((4, 8), 2), ((16, 32, 64, 128, 256), 16), ((1,) * 10, 512)])
def test_every_level_below_the_first_halves_the_sides(widths, multiple):
    assert NetworkShape(widths=widths).multiple == multiple


@pytest.mark.parametrize(
    "wrong",
    [
        {"widths": (8,)},
        {"widths": (8, 0)},
        {"widths": (8, 10**9)},
        {"widths": (8,) * 11},
        {"widths": "wide"},
        {"norm": "layer"},
        {"block": "dense"},
        {"up": "nearest"},
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"dropout": float("nan")},
        {"dropout_kind": "alpha"},
        {"dropout_at": "input"},
        {"input_noise": -1},
        {"input_noise": float("inf")},
        {"dims": 4},
        {"in_channels": 0},
        {"out_channels": 0},
        {"depth": 4},
    ],
)
def test_what_no_network_can_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        UNetConfig(**wrong)


def test_a_config_does_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        UNetConfig().widths = (1, 2)


@pytest.mark.parametrize("key", ["dropout", "input_noise", "in_channels"])
def test_yes_is_no_number(key):
    with pytest.raises(ValidationError, match="neither on nor off"):
        UNetConfig(**{key: False})


def test_yes_is_a_switch():
    assert UNetConfig(attention=True).attention
