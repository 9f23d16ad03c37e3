"""MLflow with its SQLite store, tried for real: a run is told to it, and read back by MLflow's own client."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket

import pytest

from medunet.errors import OutputError
from medunet.workflows.tracking.mlflow import MLflow, _key, _sqlite
from medunet.workflows.tracking.tracker import Start
from medunet.workflows.train import train

for package in ("mlflow", "sqlalchemy", "alembic"):
    pytest.importorskip(package, reason="medunet[mlflow] is not installed")


def client(folder):
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=_sqlite(folder))


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """A store with nothing in it; making one takes seconds."""
    from mlflow import MlflowClient

    folder = tmp_path_factory.mktemp("tables")
    MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}").search_experiments()
    return folder / "mlflow.db"


@pytest.fixture
def stored(tables, tmp_path):
    """A folder with a store that has no run yet."""
    (tmp_path / "stored").mkdir()
    shutil.copy(tables, tmp_path / "stored")
    return tmp_path / "stored"


def only_run(folder):
    reader = client(folder)
    (experiment,) = [one for one in reader.search_experiments() if one.name != "Default"]
    (run,) = reader.search_runs([experiment.experiment_id])
    return experiment, run


@pytest.fixture
def closed(monkeypatch):
    """Nothing can be reached, and whoever tries is remembered."""
    tried = []

    def connect(self, address):
        tried.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


def test_a_stopped_and_resumed_run_is_read_back_whole(stopped_and_resumed, tmp_path, closed):
    run = stopped_and_resumed(tmp_path / "my run, 50% ü", "mlflow")
    folder = run.folder / "mlflow"
    assert json.loads((run.folder / "run.json").read_text())["remarks"] == []
    assert closed == []
    experiment, found = only_run(folder)
    assert (experiment.name, found.info.run_name, found.info.status) == ("medunet", "my run, 50% ü", "FINISHED")
    with (run.folder / "log.csv").open(newline="") as file:
        log = list(csv.DictReader(file))
    assert set(found.data.metrics) == set(log[0])
    reader = client(folder)
    for name in found.data.metrics:
        told = sorted(reader.get_metric_history(found.info.run_id, name), key=lambda one: one.step)
        assert [one.step for one in told] == [18 * int(one["epoch"]) - 1 for one in log if one[name]]
        assert [one.value for one in told] == pytest.approx([float(one[name]) for one in log if one[name]], rel=1e-4)
    assert found.data.params["training.lr"] == "0.02"
    assert found.data.params["plan.training.epochs"] == "7"
    assert len(found.data.params) > 100  # more than MLflow takes at once
    names = {path.name for path in (folder / "artifacts").rglob("*.json")}
    assert names == {"step-00000000.json", "step-00000100.json"}
    (file,) = (folder / "artifacts").rglob("step-00000100.json")
    histograms = json.loads(file.read_text(encoding="utf-8"))
    assert {name.split("/")[0] for name in histograms} == {"parameters", "gradients"}
    assert all(len(one["edges"]) == len(one["counts"]) + 1 for one in histograms.values())
    shown = sorted(path.parent.name for path in (folder / "artifacts").rglob("1.png"))
    assert shown == [f"step-{18 * epoch - 1:08d}" for epoch in range(1, 8)]
    assert len(list((folder / "artifacts").rglob("*.png"))) == 4 * 7
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert all(b"phantom" not in path.read_bytes() for path in files)  # the cases' names
    assert found.info.user_id in ("", "unknown", None)


def test_a_store_that_was_moved_is_left_alone(stored, tmp_path):
    first = MLflow()
    number = first.begin(Start(stored, "run", {}))
    shutil.copytree(stored, tmp_path / "there")
    with pytest.raises(OutputError, match=r"was made in another folder. Move the run back, or remove this folder"):
        MLflow().begin(Start(tmp_path / "there", "run", {}, run=number))
    first.end(finished=False)
    assert only_run(stored)[1].info.status == "KILLED"


@pytest.mark.parametrize("name", ["run?mode=ro", "run#1"])
def test_a_path_that_its_address_would_cut_is_refused(tmp_path, name):
    with pytest.raises(OutputError, match=r"has a character that MLflow cannot take"):
        MLflow().begin(Start(tmp_path / name, "run", {}))
    assert not list(tmp_path.iterdir())


def test_what_the_store_has_is_not_told_again_and_what_changed_is_a_tag(stored):
    first = MLflow()
    number = first.begin(Start(stored, "run", {"plan.training.epochs": 3, "training.lr": 0.1}))
    first.figures(9, {"epoch": 1.0, "val_dice_lung (left)": 0.5})
    again = MLflow()  # killed before it was noted
    assert again.begin(Start(stored, "run", {"plan.training.epochs": 5, "training.lr": 0.1}, run=number)) == number
    again.figures(9, {"epoch": 1.0, "val_dice_lung (left)": 0.5})
    again.figures(19, {"epoch": 2.0, "val_dice_lung (left)": 0.7})
    _, run = only_run(stored)
    told = client(stored).get_metric_history(number, "val_dice_lung _left_")
    assert [(one.step, one.value) for one in told] == [(9, 0.5), (19, 0.7)]
    assert run.data.params["plan.training.epochs"] == "3"
    assert run.data.tags["plan.training.epochs"] == "5"
    assert "training.lr" not in run.data.tags


def test_a_store_that_was_removed_is_made_anew_in_the_same_process(stored, tables):
    """As `overwrite` does in a notebook: MLflow keeps the file open that is no more."""
    number = MLflow().begin(Start(stored, "run", {}))
    (stored / "mlflow.db").unlink()
    shutil.copy(tables, stored)
    other = MLflow().begin(Start(stored, "run", {}, run=number))
    assert other != number
    assert only_run(stored)[1].info.run_id == other


def test_a_call_that_was_killed_at_its_beginning_leaves_nothing_that_hinders(tmp_path, tables):
    (tmp_path / "making").mkdir()
    (tmp_path / "making" / "mlflow.db").write_bytes(tables.read_bytes()[:5000])  # in the middle of making the store
    number = MLflow().begin(Start(tmp_path, "run", {"training.lr": 0.1}))
    assert not (tmp_path / "making").exists()
    assert MLflow().begin(Start(tmp_path, "run", {"training.lr": 0.1})) == number  # before the run was noted
    only_run(tmp_path)


def test_the_environment_names_store_and_experiment(stored, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", _sqlite(stored))
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "lungs")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    (tmp_path / "run").mkdir()
    MLflow().begin(Start(tmp_path / "run", "run", {}))
    assert only_run(stored)[0].name == "lungs"
    assert not list((tmp_path / "run").iterdir())
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "false"


def test_telemetry_is_off_unless_somebody_says_so(stored):
    MLflow().begin(Start(stored, "run", {}))
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_server_that_is_away_stops_no_training(trained, films, cache, changes, tmp_path, monkeypatch, heard):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    run = train(
        films, out=tmp_path / "run", changes=changes, device="cpu", cache=cache, track=["mlflow"], progress=heard
    )
    assert run.weights_sha256 == trained.run.weights_sha256
    (remark,) = json.loads((run.folder / "run.json").read_text())["remarks"]
    assert remark.startswith("--track mlflow failed and is dropped, training goes on: MlflowException: ")
    assert heard.said.count(remark) == 1


@pytest.mark.parametrize(
    ("name", "kept"), [("val_dice_lung", "val_dice_lung"), ("val_iou_Lunge, große", "val_iou_Lunge_ große")]
)
def test_names_have_the_characters_that_mlflow_takes(name, kept):
    assert _key(name) == kept
