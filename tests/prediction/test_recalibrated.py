from __future__ import annotations

import json

import pytest

from medunet.errors import InputError
from medunet.measuring import CaseErrors, Intervals
from medunet.prediction import load_model
from medunet.prediction.recalibrated import model_files, write_recalibrated


@pytest.fixture
def told():
    return Intervals.of([CaseErrors(f"s{n}", f"f{n}", {"ctr": 0.04}) for n in range(12)], "cases of evaluate")


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_copy_differs_in_its_intervals_and_card_alone(save, tmp_path, told):
    folder, _ = save("run/model")
    before = files_of(folder)
    model = load_model(tmp_path / "run")
    write_recalibrated(tmp_path / "run", tmp_path / "ours", model.weights_sha256, told, "# ours\n")
    assert files_of(folder) == before
    found = load_model(tmp_path / "ours")
    assert (found.intervals, found.card, found.name) == (told, "# ours\n", "ours")
    assert (found.weights_sha256, found.trained_on) == (model.weights_sha256, model.trained_on)
    description = json.loads((folder / "model.json").read_text())
    copied = json.loads((tmp_path / "ours" / "model.json").read_text())
    assert {key for key in description if description[key] != copied[key]} == {"intervals"}
    assert {path.name for path in (tmp_path / "ours").iterdir()} == {path.name for path in folder.iterdir()}


def test_whatever_lies_beside_the_weights_is_copied(save, tmp_path, told):
    folder, _ = save("model")
    (folder / "more.safetensors").write_bytes(b"more")
    write_recalibrated(folder, tmp_path / "ours", "x", told, "")
    assert (tmp_path / "ours" / "more.safetensors").read_bytes() == b"more"
    assert {path.name for path in model_files(tmp_path / "ours")} == {path.name for path in model_files(folder)}


def test_folds_get_intervals_of_their_common_prediction(save, tmp_path, told):
    for k in range(3):
        save(f"run/fold-{k}/model", seed=k)
    model = load_model(tmp_path / "run")
    write_recalibrated(tmp_path / "run", tmp_path / "ours", model.weights_sha256, told, "# ours\n")
    found = load_model(tmp_path / "ours")
    assert (found.intervals, found.card) == (told, "# ours\n")
    assert found.weights_sha256 == model.weights_sha256
    assert load_model(tmp_path / "ours" / "fold-1").intervals == load_model(tmp_path / "run" / "fold-1").intervals
    assert load_model(tmp_path / "run").intervals == model.intervals


def test_intervals_of_other_folds_are_refused(save, tmp_path, told):
    for k in range(2):
        save(f"run/fold-{k}/model", seed=k)
    write_recalibrated(tmp_path / "run", tmp_path / "ours", "f" * 64, told, "")
    with pytest.raises(InputError, match=r"ensemble\.json: belongs to other folds"):
        load_model(tmp_path / "ours")
    path = tmp_path / "ours" / "ensemble.json"
    path.write_text(json.dumps({"format": 1, "weights_sha256": "x"}))
    with pytest.raises(InputError, match=r"holds no intervals \(no key 'intervals'\)"):
        load_model(tmp_path / "ours")


def test_half_a_copy_is_no_model(save, tmp_path, told, monkeypatch):
    from medunet.prediction import recalibrated

    folder, _ = save("model")

    def full(path, content):
        raise OSError("no space")

    monkeypatch.setattr(recalibrated, "write_json", full)
    with pytest.raises(OSError, match="no space"):
        write_recalibrated(folder, tmp_path / "ours", "x", told, "")
    with pytest.raises(InputError, match="holds no model"):
        load_model(tmp_path / "ours")
