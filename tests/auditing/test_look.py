from __future__ import annotations

import json

import pytest

from medunet.auditing.gathering import gather
from medunet.auditing.look import THUMB, Fault, Look
from medunet.auditing.looking import look_at


@pytest.fixture(scope="module")
def look(sound):
    return look_at(gather(sound).cases[0])


def test_it_survives_the_way_through_json(look):
    assert Look.from_dict(json.loads(json.dumps(look.to_dict(), allow_nan=False))) == look


def test_a_fault_survives_it_too():
    look = Look(film_fault=Fault("unreadable", "a.png", "is empty", "Copy it again"))
    assert Look.from_dict(json.loads(json.dumps(look.to_dict()))) == look


@pytest.mark.parametrize("spoil", ["thumb", "quantiles", "extra"])
def test_what_is_no_look_is_refused(look, spoil):
    plain = look.to_dict()
    plain["film"] |= {"thumb": {"thumb": "AAAA"}, "quantiles": {"quantiles": [1.0]}, "extra": {"more": 1}}[spoil]
    with pytest.raises(ValueError, match=r"film|Film"):
        Look.from_dict(plain)


def test_it_is_small(look):
    assert len(json.dumps(look.to_dict())) < 2 * THUMB * THUMB


def test_areas_by_name(look):
    assert look.drawn.area("heart") > 100
    assert look.drawn.area("spleen") == 0
