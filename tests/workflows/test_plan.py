from __future__ import annotations

from medunet.networks import UNet, count_parameters
from medunet.workflows.plan import plan


def test_it_shows_what_train_would_do_and_does_nothing(films, changes, trained, digest):
    before = digest(films)
    shown = plan(films, changes=changes)
    assert digest(films) == before
    assert shown.plan.model_dump() == trained_plan(trained).model_dump()
    assert shown.parameters == count_parameters(UNet(shown.plan.network))
    learn = sum(line.endswith(",train") for line in (trained.folder / "split.csv").read_text().splitlines())
    assert shown.steps == shown.plan.epochs * shown.plan.steps_per_epoch(learn)
    assert any(said.startswith("split: ") for said in shown.read_as)
    assert any("right lung → lung" in said for said in shown.read_as)
    assert f"{shown.parameters:,} parameters" in shown.cost[0]
    assert shown.to_dict()["steps"] == shown.steps


def trained_plan(trained):
    from medunet.prediction import load_model

    return load_model(trained.folder).plan


def test_the_operations_are_counted(films, changes):
    """Twice the side, four times the work."""
    small = plan(films, changes=changes)
    large = plan(films, changes=(*changes, "input.size=[64,64]"))
    assert large.forward_flop == 4 * small.forward_flop > 0
