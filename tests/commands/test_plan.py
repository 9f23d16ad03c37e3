"""`medunet plan`."""

from __future__ import annotations

import json


def test_what_training_would_do_and_why_and_nothing_is_written(medunet, films, inside, tree):
    before = tree(films)
    ended = medunet("plan", films)
    assert ended.code == 0
    for words in (
        "12 of 12 images paired",
        "right lung → lung",
        "split: ",
        "classes ",
        "epochs ",
        "parameters",
        "FLOP",
    ):
        assert words in ended.out
    assert list(inside.iterdir()) == []
    assert tree(films) == before


def test_changes_are_planned(medunet, films, inside, tiny):
    plan = json.loads(medunet("plan", films, *tiny, "--json").out)
    assert plan["plan"]["preprocessing"]["size"] == [32, 32]
    assert plan["plan"]["network"]["widths"] == [4, 8]
    assert plan["parameters"] < 5000


def test_a_narrow_terminal_wraps_the_reasons(medunet, films, inside, monkeypatch):
    monkeypatch.setattr("medunet.cli.plan.columns", lambda: 60)
    lines = medunet("plan", films).out.splitlines()
    decisions = lines[lines.index("") + 1 : -1]  # the call that comes next stays whole, to be copied
    assert all(len(line) <= 60 for line in decisions)
    assert any(line.startswith("           ") for line in decisions)
