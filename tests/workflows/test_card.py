from __future__ import annotations

import json

from medunet.measuring import Intervals, Residuals
from medunet.prediction import load_model
from medunet.workflows.card import model_card, with_intervals


def test_the_card_says_what_it_learnt_from_and_what_is_not_known(trained):
    card = (trained.folder / "model" / "card.md").read_text()
    record = json.loads((trained.folder / "run.json").read_text())
    assert card.startswith("# run\n")
    assert "Segments lung, heart" in card
    assert "not a medical device" in card
    assert record["data"]["sha256"] in card
    assert f"{record['split']['subjects']['train']} train" in card
    assert f"{record['parameters']:,} parameters" in card
    assert f"{record['epochs']} epochs; the last weights; seed 0" in card
    assert "they neither trained nor chose anything" in card
    assert f"| heart | {record['validation']['val_dice_heart']:.4f} |" in card
    assert load_model(trained.folder).card == card


def test_the_card_holds_no_path_and_no_subject(trained, films):
    card = (trained.folder / "model" / "card.md").read_text()
    assert "/" + "tmp" not in card
    assert str(films) not in card
    assert "subject-0" not in card


def test_the_card_says_what_its_intervals_rest_on_and_where_they_hold(trained):
    record = json.loads((trained.folder / "run.json").read_text())
    plan = load_model(trained.folder).plan
    card = model_card("x", plan, record, Intervals({"ctr": Residuals((0.03,) * 20)}, "5 folds"))
    assert "## Intervals\n\n90 % intervals of the cardiothoracic ratio are the ratio ± 0.030" in card
    assert "of networks on 20 subjects that neither trained nor chose them (5 folds)" in card
    assert "They hold for films and annotators like those" in card
    assert "have no intervals: fine-tuned." in model_card("x", plan, record, "fine-tuned")


def test_a_card_of_weights_that_validation_chose_says_that_its_scores_are_optimistic(trained):
    record = json.loads((trained.folder / "run.json").read_text())
    plan = load_model(trained.folder).plan
    plan = plan.model_copy(update={"training": plan.training.model_copy(update={"monitor": "val_dice"})})
    card = model_card("x", plan, record, "validation chose the weights")
    assert f"best epoch {record['best_epoch']} by val_dice" in card
    assert "they chose the weights, so they are optimistic" in card


def test_a_card_s_section_on_intervals_gives_way_to_another(trained):
    before = load_model(trained.folder).card
    told = Intervals({"ctr": Residuals((0.02,) * 12)}, "cases of evaluate")
    after = with_intervals(before, told)
    assert after.count("## Intervals") == 1
    assert "of networks on 12 subjects that neither trained nor chose them (cases of evaluate)" in after
    assert "have no intervals" not in after
    first, last = before.index("## Intervals"), before.index("## Limits")
    assert (after[:first], after[after.index("## Limits") :]) == (before[:first], before[last:])
    assert with_intervals(after, told) == after


def test_a_card_without_such_a_section_gets_one():
    told = Intervals({"ctr": Residuals((0.02,) * 12)}, "cases of evaluate")
    assert with_intervals("# mine\n\nWords.\n", told).startswith("# mine\n\nWords.\n\n## Intervals\n\n90 %")
    assert with_intervals("", told).startswith("## Intervals")
