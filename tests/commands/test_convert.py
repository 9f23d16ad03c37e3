from __future__ import annotations

import json


def test_films_and_json(medunet, films, inside):
    ended = medunet("convert", films, "--out", "plain")
    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "12 cases done"
    again = medunet("convert", films, "--out", "plain", "--json")
    assert json.loads(again.out)["already_there"] == 12
    assert json.loads(again.out)["structures"] == {"background": 0, "right lung": 1, "left lung": 2, "heart": 3}


def test_bad_cases_end_with_3(medunet, own_films, inside):
    (own_films / "images" / "film-03.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ended = medunet("convert", own_films, "--out", "plain")
    assert ended.code == 3
    assert ended.out.splitlines()[-1].startswith("11 cases done, 1 failed (reasons in plain")


def test_wrong_words(medunet, films, inside):
    assert medunet("convert", films).code == 2
    for words in (("--rename", "lung"), ("--min-rca", "7"), ("--min-rca", "much")):
        assert medunet("convert", films, "--out", "plain", *words).code == 2
    assert list(inside.iterdir()) == []


def test_names_that_merge(medunet, films, inside):
    words = [word for side in ("left", "right") for word in ("--rename", f"{side} lung=lung")]
    ended = medunet("convert", films, "--out", "plain", *words, "--json")
    assert json.loads(ended.out)["structures"] == {"background": 0, "lung": 1, "heart": 2}


def test_a_chexmask_table_is_measured_as_it_is(medunet, inside):
    (inside / "t.csv").write_text(
        "ImageID,Dice RCA (Mean),Landmarks,Left Lung,Right Lung,Heart,Height,Width\n"
        "a.png,0.6,,23 2 31 2,18 2 26 2,21 2,8,8\n"
    )
    ended = medunet("measure", "t.csv", "--json")
    rows = [row for row in json.loads(ended.out)["measurements"] if row["measurement"] == "area"]
    assert {row["structure"]: row["value"] for row in rows}["heart"] == 2
    assert {(row["case"], row["quality"]) for row in rows} == {("a", 0.6)}
