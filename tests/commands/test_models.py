"""`medunet models` and `medunet models show`."""

from __future__ import annotations

import json


def test_the_list(medunet):
    ended = medunet("models")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip()
    assert isinstance(json.loads(medunet("models", "--json").out)["models"], dict)


def test_packaged_models_stand_in_a_table_with_what_they_do_and_what_is_next(medunet, monkeypatch, tmp_path):
    (tmp_path / "card.md").write_text("# chest\n\nOutlines lungs\nand heart. Research use.\n\nMore.\n")
    monkeypatch.setattr("medunet.workflows.models.packaged", lambda: {"chest": str(tmp_path)})
    assert medunet("models").out.splitlines() == [
        "model  what it does",
        "chest  Outlines lungs and heart",
        "",
        "its card: medunet models show chest",
        "next: medunet predict FILM --model chest",
    ]


def test_a_run_has_a_card(medunet, trained):
    ended = medunet("models", "show", trained)
    assert ended.code == 0
    assert ended.out == (trained / "model" / "card.md").read_text(encoding="utf-8")


def test_a_card_as_json(medunet, trained):
    described = json.loads(medunet("models", "show", trained, "--json").out)
    assert described["networks"] == 1
    assert set(described["labels"]) == {"background", "lung", "heart"}
    assert len(described["weights_sha256"]) == 64
    assert "not a medical device" in described["card"]


def test_json_belongs_to_the_end(medunet, trained):
    ended = medunet("models", "--json", "show", trained)
    assert ended.code == 2
    assert "medunet models show NAME --json" in ended.message
