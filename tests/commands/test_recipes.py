"""`medunet recipes` and `medunet recipes show`."""

from __future__ import annotations

import json

import yaml


def test_the_list(medunet):
    ended = medunet("recipes")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0].split() == ["recipe", "what", "it", "is", "for"]
    assert any(line.startswith("chest-xray-small ") for line in ended.out.splitlines())
    assert "chest-xray-small" in json.loads(medunet("recipes", "--json").out)["recipes"]


def test_a_recipe_is_shown_as_it_stands_and_can_be_used(medunet, films, inside):
    ended = medunet("recipes", "show", "chest-xray-small")
    assert ended.code == 0
    assert ended.out.startswith("#"), "with its comments"
    assert yaml.safe_load(ended.out)["name"] == "chest-xray-small"
    (inside / "mine.yaml").write_text(ended.out, encoding="utf-8")
    assert medunet("plan", films, "--recipe", "mine.yaml").code == 0
    assert medunet("recipes", "show", "mine.yaml").out == ended.out


def test_a_recipe_as_json_is_complete(medunet):
    shown = json.loads(medunet("recipes", "show", "chest-xray-small", "--json").out)
    assert shown["name"] == "chest-xray-small"
    assert {"network", "training", "augmentation", "split", "input"} <= shown["recipe"].keys()


def test_a_file_that_is_no_recipe(medunet, inside):
    (inside / "mine.yaml").write_bytes(b"\xff\xfe\x00 not text")
    ended = medunet("recipes", "show", "mine.yaml")
    assert (ended.code, ended.out) == (1, "")
    assert "mine.yaml" in ended.message


def test_json_belongs_to_the_end(medunet):
    ended = medunet("recipes", "--json", "show", "chest-xray-small")
    assert ended.code == 2
    assert "medunet recipes show NAME --json" in ended.message
