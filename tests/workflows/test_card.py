from __future__ import annotations

import json

from medunet.prediction import load_model


def test_the_card_says_what_it_learnt_from_and_what_is_not_known(trained):
    card = (trained.folder / "model" / "card.md").read_text()
    record = json.loads((trained.folder / "run.json").read_text())
    assert card.startswith("# run\n")
    assert "Segments lung, heart" in card
    assert "not a medical device" in card
    assert record["data"]["sha256"] in card
    assert f"{record['split']['subjects']['train']} train" in card
    assert f"{record['parameters']:,} parameters" in card
    assert f"best epoch {record['best_epoch']}" in card
    assert "they chose the weights, so they are optimistic" in card
    assert f"| heart | {record['validation']['val_dice_heart']:.4f} |" in card
    assert load_model(trained.folder).card == card


def test_the_card_holds_no_path_and_no_subject(trained, films):
    card = (trained.folder / "model" / "card.md").read_text()
    assert "/" + "tmp" not in card
    assert str(films) not in card
    assert "subject-0" not in card
