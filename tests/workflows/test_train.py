from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict

import pytest
import torch
import yaml

from medunet.cases import read_cases
from medunet.errors import InputError, OutputError, UsageError
from medunet.images import read_image, write_csv
from medunet.planning import Plan, Recipe
from medunet.planning.fingerprint import sample_of
from medunet.prediction import load_model
from medunet.training.task import TrainingTask
from medunet.workflows.preparation import prepare_training
from medunet.workflows.train import train


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def go(films, out, cache, changes, **told):
    return train(films, out=out, changes=changes, device="cpu", cache=cache, **told)


def test_the_run_folder_holds_every_file_of_the_product(trained):
    for name in [
        "run.json",
        "recipe.yaml",
        "plan.yaml",
        "split.csv",
        "log.csv",
        "curves.png",
        "checkpoints/last.ckpt",
        "checkpoints/best.ckpt",
        "model/weights.safetensors",
        "model/model.json",
        "model/card.md",
    ]:
        assert (trained.folder / name).stat().st_size > 0, name
    assert (trained.folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert list((trained.folder / "samples").glob("epoch-*.png"))
    assert not (trained.folder / "model.part").exists()


def test_run_json_says_how_it_was_made(trained, films):
    record = json.loads((trained.folder / "run.json").read_text())
    assert record["status"] == "finished"
    assert record["seed"] == 0
    assert record["device"] == "cpu"
    assert record["precision"] in ("bf16", "float32")
    assert {"medunet", "python", "torch", "lightning", "numpy"} <= set(record["versions"])
    assert record["data"]["path"] == str(films.resolve())
    assert len(record["data"]["sha256"]) == 64
    assert any("right lung → lung" in sentence for sentence in record["data"]["read_as"])
    assert record["weights_sha256"] == load_model(trained.folder).weights_sha256 == trained.run.weights_sha256
    log = rows_of(trained.folder / "log.csv")
    assert record["best_epoch"] == int(log[-1]["epoch"]) == trained.run.best_epoch
    assert record["epochs"] == len(log) == trained.run.epochs
    assert float(log[-1]["val_dice"]) == pytest.approx(trained.run.val_dice, abs=1e-6)
    assert record["monitor"] == "none"
    assert not trained.run.chosen


def test_the_proof_of_the_split_adds_up(trained, films):
    proof = json.loads((trained.folder / "run.json").read_text())["split"]
    rows = rows_of(trained.folder / "split.csv")
    subjects = defaultdict(set)
    for row in rows:
        subjects[row["split"]].add(row["subject"])
    assert proof["cases"] == {split: sum(row["split"] == split for row in rows) for split in ("train", "val", "test")}
    assert proof["subjects"] == {split: len(names) for split, names in subjects.items()}
    assert proof["shared_subjects"] == []
    assert not subjects["train"] & subjects["val"]
    assert not subjects["train"] & subjects["test"]
    assert sum(proof["cases"].values()) == len(rows) == len(read_cases(films))
    assert proof["subject_from"] == "column subject"
    assert len({row["subject"] for row in rows}) < len(rows)  # some have two films, or nothing is proved


def test_recipe_and_plan_are_complete_and_read_back(trained):
    recipe = Recipe.model_validate(yaml.safe_load((trained.folder / "recipe.yaml").read_text()))
    assert recipe.training.lr == 2e-2
    assert recipe.training.steps == 48
    plan = Plan.model_validate(yaml.safe_load((trained.folder / "plan.yaml").read_text()))
    assert plan == load_model(trained.folder).plan
    assert plan.classes == ("lung", "heart")
    assert all(decision.reason for decision in plan.decisions)


def test_it_learns_and_says_how_the_data_were_read(trained):
    log = rows_of(trained.folder / "log.csv")
    assert float(log[-1]["train_loss"]) < float(log[0]["train_loss"])
    assert any("masks/phantom-00000.png" in said for said in trained.heard.said)
    assert any(said.startswith("split: ") for said in trained.heard.said)
    tasks = dict(trained.heard.tasks)
    assert list(tasks) == ["fingerprinting files", "reading films", "training", "calibrating"]
    assert trained.heard.open is None
    done = [done for done, _ in trained.heard.advanced["training"]]
    assert done == list(range(1, tasks["training"] + 1))


def test_the_model_knows_the_films_it_was_chosen_on(trained, films):
    split = {row["case"]: row["split"] for row in rows_of(trained.folder / "split.csv")}
    model = load_model(trained.folder)
    for case in read_cases(films):
        assert (case.image_key() in model.trained_on) == (split[case.id] != "test")


def test_the_same_call_gives_the_same_weights(trained, films, cache, changes, tmp_path):
    again = go(films, tmp_path / "run", cache, changes)
    assert again.weights_sha256 == trained.run.weights_sha256
    other = go(films, tmp_path / "seed", cache, (*changes, "training.seed=1", "training.steps=8"))
    assert other.weights_sha256 != trained.run.weights_sha256


def test_stopped_and_resumed_is_the_same_as_not_stopped(trained, films, cache, changes, tmp_path, monkeypatch, heard):
    """Cut in the middle of the second epoch: the log, the weights and the files are those of a run that was not."""
    step = TrainingTask.training_step

    def interrupted(self, batch, index):
        if (self.current_epoch, index) == (1, 2):
            raise KeyboardInterrupt
        return step(self, batch, index)

    monkeypatch.setattr(TrainingTask, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        go(films, tmp_path / "run", cache, changes)
    monkeypatch.undo()
    assert len(rows_of(tmp_path / "run" / "log.csv")) == 1
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "stopped"
    assert not (tmp_path / "run" / "model").exists()
    with pytest.raises(InputError, match=r"its training did not end. Go on with --resume"):
        load_model(tmp_path / "run")
    with pytest.raises(OutputError, match=r"holds this run already. Add --resume"):
        go(films, tmp_path / "run", cache, changes)
    run = go(films, tmp_path / "run", cache, changes, resume=True, progress=heard)
    assert run.weights_sha256 == trained.run.weights_sha256
    assert (tmp_path / "run" / "log.csv").read_text() == (trained.folder / "log.csv").read_text()
    # The time left is that of what is left, not of the whole run.
    assert dict(heard.tasks)["training"] == dict(trained.heard.tasks)["training"] * (run.epochs - 1) // run.epochs


def test_a_finished_run_is_not_trained_again(run_copy, films, cache, changes, digest, heard):
    before = digest(run_copy)
    run = go(films, run_copy, cache, changes, resume=True, progress=heard)
    assert digest(run_copy) == before
    assert "is finished: nothing is left to train" in heard.said[-1]
    assert run.best_epoch >= 1
    with pytest.raises(OutputError, match="holds this run already"):
        go(films, run_copy, cache, changes)
    assert digest(run_copy) == before


def test_a_budgeted_run_is_resumed_to_the_epochs_that_were_settled(films, cache, changes, tmp_path, monkeypatch, heard):
    ticks = iter(range(10**6))
    monkeypatch.setattr("medunet.workflows.surroundings.clock", lambda: next(ticks) * 0.05)
    step = TrainingTask.training_step
    stop = {"at": (1, 0)}

    def interrupted(self, batch, index):
        if (self.current_epoch, index) == stop["at"]:
            raise KeyboardInterrupt
        return step(self, batch, index)

    monkeypatch.setattr(TrainingTask, "training_step", interrupted)
    long = (*changes, "training.steps=5000")
    with pytest.raises(KeyboardInterrupt):
        go(films, tmp_path / "run", cache, long, budget=8.0)
    stop["at"] = None
    plan = yaml.safe_load((tmp_path / "run" / "plan.yaml").read_text())
    epochs = plan["training"]["epochs"]
    assert 1 < epochs < 12
    run = go(films, tmp_path / "run", cache, long, budget=8.0, resume=True, progress=heard)
    assert run.epochs == epochs
    assert [int(row["epoch"]) for row in rows_of(tmp_path / "run" / "log.csv")] == list(range(1, epochs + 1))
    assert any(f"it goes on to epoch {epochs}" in said for said in heard.said)


def test_another_recipe_in_the_same_folder_is_refused_and_overwrite_starts_anew(
    run_copy, films, cache, changes, digest
):
    (run_copy / "notes.txt").write_text("mine")
    before = digest(run_copy)
    other = (*changes, "training.lr=1e-3", "training.steps=8")
    with pytest.raises(OutputError, match=r"holds other results \(differs in: recipe\)"):
        go(films, run_copy, cache, other)
    with pytest.raises(OutputError, match="holds other results"):
        go(films, run_copy, cache, other, resume=True)
    assert digest(run_copy) == before
    run = go(films, run_copy, cache, other, overwrite=True)
    assert run.epochs == len(rows_of(run_copy / "log.csv")) < 4
    assert (run_copy / "notes.txt").read_text() == "mine"


def test_a_run_does_not_go_on_with_cases_in_other_splits(run_copy, films, cache, changes, tmp_path, digest):
    """It would test on films that it has learnt from, and nothing would say so."""
    moved = shutil.copytree(films, tmp_path / "moved")
    rows = rows_of(moved / "cases.csv")
    was = {row["case"]: row["split"] for row in rows_of(run_copy / "split.csv")}
    other = {"train": "test", "val": "val", "test": "train"}
    table = [[row["id"], row["subject"], other[was[row["id"]]]] for row in rows]
    write_csv(moved / "cases.csv", ("id", "subject", "split"), table)
    before = digest(run_copy)
    with pytest.raises(OutputError, match=r"holds other results \(differs in: split\)"):
        go(moved, run_copy, cache, (*changes, "training.steps=108"), resume=True)
    assert digest(run_copy) == before


def test_a_finished_run_goes_on_with_more_steps(run_copy, trained, films, cache, changes, heard):
    longer = (*changes, "training.steps=108")
    with pytest.raises(OutputError, match="holds this run already"):
        go(films, run_copy, cache, longer)
    run = go(films, run_copy, cache, longer, resume=True, progress=heard)
    first = trained.run.epochs
    assert run.epochs == 2 * first
    log = rows_of(run_copy / "log.csv")
    assert [int(row["epoch"]) for row in log] == list(range(1, 2 * first + 1))
    assert log[:first] == rows_of(trained.folder / "log.csv")
    assert float(log[first]["lr"]) > 10 * float(log[first - 1]["lr"])  # another cycle begins
    plan = yaml.safe_load((run_copy / "plan.yaml").read_text())
    assert plan["stages"] == [first]
    assert any(one["reason"] == f"asked for; the run had ended after {first}" for one in plan["decisions"])
    assert load_model(run_copy).weights_sha256 == run.weights_sha256
    assert json.loads((run_copy / "run.json").read_text())["epochs"] == 2 * first
    third = go(films, run_copy, cache, (*changes, "training.steps=126"), resume=True)
    assert third.epochs > 2 * first


def test_a_finished_run_goes_on_for_a_further_budget(run_copy, trained, films, cache, changes, monkeypatch):
    ticks = iter(range(10**6))
    monkeypatch.setattr("medunet.workflows.surroundings.clock", lambda: next(ticks) * 0.05)
    run = go(films, run_copy, cache, changes, resume=True, budget=8.0)
    assert trained.run.epochs < run.epochs < trained.run.epochs + 12


def test_a_damaged_checkpoint_is_said_and_recorded(films, cache, changes, tmp_path, monkeypatch, heard):
    step = TrainingTask.training_step

    def interrupted(self, batch, index):
        if (self.current_epoch, index) == (2, 1):
            raise KeyboardInterrupt
        return step(self, batch, index)

    monkeypatch.setattr(TrainingTask, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        go(films, tmp_path / "run", cache, (*changes, "training.steps=72"))
    monkeypatch.undo()
    last = tmp_path / "run" / "checkpoints" / "last.ckpt"
    last.write_bytes(last.read_bytes()[:-100])
    run = go(films, tmp_path / "run", cache, (*changes, "training.steps=72"), resume=True, progress=heard)
    said = "last.ckpt is not a checkpoint that can be read; going on from previous.ckpt, after epoch 1"
    assert said in heard.said
    assert json.loads((tmp_path / "run" / "run.json").read_text())["remarks"] == [said]
    whole = go(films, tmp_path / "whole", cache, (*changes, "training.steps=72"))
    assert run.weights_sha256 == whole.weights_sha256
    assert (tmp_path / "run" / "log.csv").read_text() == (tmp_path / "whole" / "log.csv").read_text()


def test_only_some_structures_are_learnt(films, cache, changes, tmp_path):
    run = go(films, tmp_path / "run", cache, (*changes, "structures=[heart]", "training.steps=4"))
    assert load_model(run.folder).plan.classes == ("heart",)
    with pytest.raises(InputError, match="has no liver: its structures are lung, heart"):
        go(films, tmp_path / "none", cache, (*changes, "structures=[liver]"))
    with pytest.raises(InputError, match="has no spleen to weigh"):
        go(films, tmp_path / "none", cache, (*changes, "class_weights={spleen: 2}"))


def test_starting_from_a_run_is_recorded_and_its_cases_stay_known(trained, films, others, cache, changes, tmp_path):
    run = go(others, tmp_path / "run", cache, (*changes, "training.steps=4", "widths=[3,5]"), init=trained.folder)
    record = json.loads((run.folder / "run.json").read_text())
    assert record["init"] == {
        "model": "run",
        "weights_sha256": trained.run.weights_sha256,
        "structures": ["lung", "heart"],
    }
    model, first = load_model(run.folder), load_model(trained.folder)
    assert model.plan.network.widths == first.plan.network.widths
    assert first.trained_on < model.trained_on
    with pytest.raises(OutputError, match=r"differs in: init"):
        go(others, run.folder, cache, (*changes, "training.steps=4", "widths=[3,5]"))


def test_resume_with_overwrite_is_a_mistake_of_words(films, run_copy, cache, changes, digest):
    before = digest(run_copy)
    with pytest.raises(UsageError, match="--resume: contradicts --overwrite"):
        go(films, run_copy, cache, changes, resume=True, overwrite=True)
    assert digest(run_copy) == before


def test_resume_where_nothing_is_makes_nothing(films, cache, changes, tmp_path):
    with pytest.raises(InputError, match=r"holds no epoch of this run to go on from. Start it without --resume"):
        go(films, tmp_path / "none", cache, changes, resume=True)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("told", [{"device": "tpu"}, {"fold": 5}, {"fold": -1}, {"devices": 0}])
def test_wrong_words_are_refused_before_anything_is_written(films, cache, changes, tmp_path, told):
    with pytest.raises(UsageError):
        train(films, **{"out": tmp_path / "run", "changes": changes, "cache": cache, "device": "cpu", **told})
    assert not (tmp_path / "run").exists()


def test_an_unreadable_film_costs_nothing(run_copy, write_films, cache, changes, digest, tmp_path):
    """Also one that the plan's sample of the data did not meet, and with --overwrite."""
    root = tmp_path / "films"
    write_films(root, count=56)
    learn = prepare_training(root, "chest-xray-small", changes).cases.of("train")
    sampled = sample_of(learn)
    unsampled = next(case for case in learn if case not in sampled)
    before = digest(run_copy)
    for case in (sampled[0], unsampled):
        path = case.images[0]
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(InputError, match=path.name):
            go(root, run_copy, cache, changes, overwrite=True)
        with pytest.raises(InputError, match=path.name):
            go(root, tmp_path / "new", cache, changes)
        path.write_bytes(whole)
    assert digest(run_copy) == before
    assert not (tmp_path / "new").exists()


def test_a_fold_goes_into_its_own_folder_and_folds_share_no_validation_subject(films, cache, changes, tmp_path):
    short = (*changes, "training.steps=4")
    seen = []
    for fold in (0, 1):
        run = go(films, tmp_path / "run", cache, short, fold=fold)
        assert run.folder == tmp_path / "run" / f"fold-{fold}"
        rows = rows_of(run.folder / "split.csv")
        seen.append({row["subject"] for row in rows if row["split"] == "val"})
        tests = {row["case"] for row in rows if row["split"] == "test"}
    assert not seen[0] & seen[1]
    model = load_model(tmp_path / "run")
    assert len(model.networks) == 2
    image = read_image(films / "images" / f"{sorted(tests)[0]}.png")
    assert model.predict(image).labels.grid.shape == image.grid.shape


def test_too_few_cases_are_one_line(write_films, cache, changes, tmp_path):
    write_films(tmp_path / "films", count=1)
    with pytest.raises(InputError, match="to train on and 0 to validate"):
        go(tmp_path / "films", tmp_path / "run", cache, changes)
    assert not (tmp_path / "run").exists()


def test_early_stopping_is_told_as_it_was(films, cache, changes, tmp_path):
    stop = (*changes, "training.steps=800", "training.monitor=val_dice", "training.early_stopping=1", "training.lr=0.5")
    run = go(films, tmp_path / "run", cache, stop)
    log = rows_of(tmp_path / "run" / "log.csv")
    assert run.epochs == len(log) < 30
    assert list((tmp_path / "run" / "samples").glob(f"epoch-{len(log):03d}.png"))  # the last epoch is drawn


def test_the_callers_generator_is_left_alone(films, cache, changes, tmp_path):
    torch.manual_seed(3)
    wanted = torch.rand(2)
    torch.manual_seed(3)
    go(films, tmp_path / "run", cache, (*changes, "training.steps=4"))
    assert torch.equal(torch.rand(2), wanted)


def test_weights_that_validation_chose_are_those_of_its_best_epoch_and_give_no_intervals(
    films, cache, changes, tmp_path, heard
):
    wishes = (*changes, "training.monitor=val_dice")
    run = go(films, tmp_path / "run", cache, wishes, progress=heard)
    best = min(rows_of(run.folder / "log.csv"), key=lambda row: -float(row["val_dice"]))
    assert run.best_epoch == int(best["epoch"])
    assert run.chosen
    model = load_model(run.folder)
    assert model.intervals == "validation chose the weights"
    assert "Its cardiothoracic ratios have no intervals: validation chose the weights." in heard.said
    assert "recalibrate it by `medunet evaluate MODEL DATA --calibrate FOLDER`" in model.card


def test_a_fine_tuned_model_is_uncalibrated(trained, films, cache, changes, tmp_path):
    run = go(films, tmp_path / "run", cache, (*changes, "training.steps=8"), init=trained.folder)
    assert load_model(run.folder).intervals == "fine-tuned and not recalibrated"
