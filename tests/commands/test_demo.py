"""`medunet demo`, on a few small films; `make demo` runs it as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def small(monkeypatch):
    """A demo that lasts seconds."""
    changes = ("input.size=[32,32]", "training.steps=20", "network.widths=[4,8]")
    for name, value in {"FILMS": 12, "UNSEEN": 2, "SIZE": 64, "CHANGES": changes}.items():
        monkeypatch.setattr(f"medunet.workflows.demo.{name}", value)


def test_the_whole_way(medunet, inside, small):
    ended = medunet("demo", "--json", "--quiet")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    assert {"out", "report", "ctr_error", "dice", "seconds"} <= json.loads(ended.out).keys()
    for name in ("report.html", "films/cases.csv", "run/model/card.md", "run/evaluation/test/report.html"):
        assert (inside / "demo" / name).is_file()
    for name in ("predictions", "measurements"):
        assert (inside / "demo" / name / "report.html").is_file()


def test_it_ends_with_where_to_look_and_how_far_off(medunet, inside, monkeypatch):
    from medunet.workflows.demo import Demo

    dice = {"lung": 0.9876, "heart": 0.9543, "aorta": None}
    made = Demo(Path("demo"), Path("demo", "report.html"), 0.01234, dice, None, 125.0)
    monkeypatch.setattr("medunet.workflows.demo.demo", lambda kind, **options: made)
    assert medunet("demo").out.splitlines() == [
        "done in 2 min 05 s; Dice on the test films: lung 0.988, heart 0.954",
        "next: medunet predict FILM --model chest-xray (a film of yours), medunet plan FOLDER (films with masks)",
        f"look at {Path('demo', 'report.html')}; the cardiothoracic ratio was off by 0.0123 on average",
    ]


@pytest.mark.parametrize("kind", ["brain", "abdomen"])
def test_an_unknown_kind_is_refused_with_the_known(medunet, inside, kind):
    ended = medunet("demo", "--kind", kind)
    assert (ended.code, ended.out) == (2, "")
    assert "--kind" in ended.message
    assert "Known are: chest" in ended.message
    assert list(inside.iterdir()) == []
