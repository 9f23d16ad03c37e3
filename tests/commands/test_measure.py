"""`medunet measure`."""

from __future__ import annotations

import json

import pytest


def ratios(ended):
    return {row["case"]: row for row in json.loads(ended.out)["measurements"] if row["measurement"] == "ctr"}


def test_masks_alone(medunet, films, inside):
    ended = medunet("measure", films / "masks")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].split() == ["film", "CTR", "status", "verdict"]
    assert len([line for line in lines if line.startswith("film-")]) == 12
    assert sum("state it with --view" in line for line in lines) == 1, "said once, not on every row"
    assert (inside / "measurements" / "measurements.csv").is_file()


def test_view_and_age_bring_the_verdict(medunet, films, inside):
    silent = ratios(medunet("measure", films / "masks", "--json"))
    assert all(row["verdict"] is None for row in silent.values())
    told = ratios(medunet("measure", films / "masks", "--view", "PA", "--adult", "--out", "told", "--json"))
    for case, row in told.items():
        assert row["value"] == silent[case]["value"]
        if row["status"] == "ok":
            wanted = "enlarged" if row["value"] > 0.55 else "normal" if row["value"] < 0.45 else "indeterminate"
            assert row["verdict"] == wanted


def test_with_films_there_are_overlays(medunet, films, inside):
    ended = medunet("measure", films / "masks", "--images", films / "images")
    assert ended.code == 0
    assert len(list((inside / "measurements" / "overlays").glob("*.png"))) == 12


def test_one_file_is_enough(medunet, films, inside):
    ended = medunet("measure", films / "masks" / "film-00.png")
    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "1 film done"


def test_masks_without_names_are_named_by_the_caller(medunet, own_films, inside):
    (own_films / "masks" / "labels.json").unlink()
    nameless = medunet("measure", own_films / "masks", "--json")
    assert ratios(nameless) == {}
    assert "no CTR: it needs structures called heart and lung; there are label_1, label_2, label_3" in nameless.err
    names = ("label_1=right lung", "label_2=left lung", "label_3=heart")
    words = [word for name in names for word in ("--rename", name)]
    ended = medunet("measure", own_films / "masks", *words, "--out", "named", "--json")
    named = ratios(ended)
    assert "no CTR" not in ended.err
    assert sum(row["value"] is not None for row in named.values()) >= 10


@pytest.mark.parametrize("text", ["label_1", "=lung", "label_1="])
def test_a_name_that_is_no_pair(medunet, films, inside, text):
    ended = medunet("measure", films / "masks", "--rename", text)
    assert ended.code == 2
    assert "OLD=NEW" in ended.message
    assert list(inside.iterdir()) == []
