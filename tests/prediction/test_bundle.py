from __future__ import annotations

import hashlib
import json
import math
import pickle
import shutil

import numpy as np
import pytest
import safetensors.torch
import torch

from medunet.errors import InputError
from medunet.images import Scheme
from medunet.measuring import CaseErrors, Intervals
from medunet.phantoms import chest_film
from medunet.prediction import Temperature, bundle, find_model, load_model, packaged_models, save_model
from medunet.prediction.model import NO_INTERVALS, NOT_FITTED


@pytest.fixture
def film():
    return chest_film(9, 0, size=64).image


@pytest.fixture
def describe():
    """describe(folder, change) rewrites model.json after `change` has edited it."""

    def rewrite(folder, change):
        path = folder / "model.json"
        description = json.loads(path.read_text())
        change(description)
        path.write_text(json.dumps(description))

    return rewrite


@pytest.fixture
def swap(describe):
    """swap(folder, content) puts other bytes in place of the weights, with the hash in model.json that fits them."""

    def exchange(folder, content):
        (folder / "weights.safetensors").write_bytes(content)
        describe(folder, lambda d: d.update(weights_sha256=hashlib.sha256(content).hexdigest()))

    return exchange


def refused(folder):
    """The one line by which a model is refused."""
    with pytest.raises(InputError) as fault:
        load_model(folder)
    message = str(fault.value)
    assert "\n" not in message
    assert fault.value.remedy
    return message


# what is written is what is read


def test_a_model_comes_back_bit_for_bit(save, film):
    folder, network = save()
    model = load_model(folder)
    before, after = network.state_dict(), model.networks[0].state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not model.networks[0].training
    assert model.card == "# A card\n"
    assert model.trained_on == {"a" * 64, "b" * 64}
    assert model.scheme == Scheme.of(("lung", "heart"))
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "model.json", "weights.safetensors"]
    again = load_model(folder)
    assert np.array_equal(
        model.predict(film, probabilities=True).probabilities, again.predict(film, probabilities=True).probabilities
    )


@pytest.mark.parametrize(
    "told",
    [
        {"block": "residual", "up": "resize", "attention": True, "norm": "group"},
        {"norm": "none"},
        {"output": "sigmoid"},
        {"classes": ("lung",), "size": (64, 32), "fit": "stretch"},
    ],
)
def test_every_form_of_plan_comes_back(save, make_plan, told):
    folder, network = save(**told)
    model = load_model(folder)
    assert model.plan == make_plan(**told)
    after = model.networks[0].state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in network.state_dict().items())


def test_the_same_model_is_the_same_files(save):
    one, _ = save("one")
    other, _ = save("other", trained_on=("a" * 64, "b" * 64))
    for name in ("weights.safetensors", "model.json", "card.md"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_the_hash_that_names_a_model_is_that_of_its_weights(tmp_path, make_plan, make_network):
    plan = make_plan()
    told = save_model(tmp_path / "m", make_network(plan), plan, Scheme.of(plan.classes), trained_on=(), card="card")
    assert told == hashlib.sha256((tmp_path / "m" / "weights.safetensors").read_bytes()).hexdigest()
    assert load_model(tmp_path / "m").weights_sha256 == told


def test_values_other_than_1_to_k_come_back(save):
    scheme = Scheme((("lung", 300), ("heart", 20)))
    folder, _ = save(scheme=scheme)
    assert load_model(folder).scheme == scheme


@pytest.mark.parametrize("damage", ["missing", "no text"])
def test_the_card_is_for_people_and_stops_nobody(save, damage):
    folder, _ = save()
    (folder / "card.md").unlink()
    if damage == "no text":
        (folder / "card.md").write_bytes(b"\xff\xfe card")
    assert load_model(folder).card in ("", "\ufffd\ufffd card")


# where a model is looked for


def test_a_run_a_model_folder_and_a_packaged_name_mean_the_same(save, tmp_path, monkeypatch):
    folder, _ = save("run-7/model")
    assert find_model(folder) == find_model(tmp_path / "run-7") == [folder]
    assert load_model(tmp_path / "run-7").name == load_model(folder).name == "run-7"
    monkeypatch.setattr(bundle, "packaged_models", lambda: {"chest": folder})
    assert find_model("chest") == [folder]
    monkeypatch.chdir(tmp_path / "run-7")
    assert load_model(".").name == load_model("model").name == "run-7"


def test_a_model_folder_of_its_own_gives_the_name(save):
    folder, _ = save("lungs-2024")
    assert load_model(folder).name == "lungs-2024"


def test_what_comes_with_the_package_loads():
    for name, folder in packaged_models().items():
        assert load_model(name).name == folder.name == name


def test_nothing_there_is_said_with_what_there_is(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("hello")
    monkeypatch.setattr(bundle, "packaged_models", lambda: {"chest": tmp_path, "brain": tmp_path})
    for name in ("empty", "nowhere", "text.txt"):
        message = refused(tmp_path / name)
        missing = name == "nowhere"
        assert ("is neither a packaged model nor a folder that is there" if missing else "holds no model") in message
        assert "Packaged models: chest, brain" in message
    monkeypatch.setattr(bundle, "packaged_models", dict)
    assert "No model is packaged yet" in refused(tmp_path / "empty")


def test_a_packaged_model_whose_name_is_nearly_right_is_told():
    assert "Did you mean chest-xray? Packaged models: chest-xray" in refused("chest-xry")


def test_a_run_that_did_not_end_says_so(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    assert "its training did not end. Go on with --resume" in refused(tmp_path)


# folds


def test_the_folds_of_a_run_become_an_ensemble(save, tmp_path, film):
    parts = [save(f"run/fold-{k}/model", seed=k, trained_on=(f"{k}" * 64,)) for k in range(3)]
    model = load_model(tmp_path / "run")
    assert model.name == "run"
    assert len(model.networks) == 3
    assert model.trained_on == {"0" * 64, "1" * 64, "2" * 64}
    alone = [load_model(folder) for folder, _ in parts]
    mean = np.mean([one.predict(film, probabilities=True).probabilities for one in alone], axis=0)
    assert np.allclose(model.predict(film, probabilities=True).probabilities, mean, atol=1e-6)
    assert model.weights_sha256 not in {one.weights_sha256 for one in alone}
    shutil.rmtree(tmp_path / "run" / "fold-2")
    assert load_model(tmp_path / "run").weights_sha256 != model.weights_sha256


@pytest.mark.parametrize(
    "other",
    [
        {"widths": (4, 12)},
        {"size": (64, 32)},
        {"output": "sigmoid", "classes": ("lung", "heart", "spine")},
        {"classes": ("heart", "lung")},
        {"scheme": Scheme((("lung", 5), ("heart", 6)))},
    ],
)
def test_folds_of_another_form_are_not_averaged(save, tmp_path, other):
    save("run/fold-0/model")
    save("run/fold-1/model", **other)
    message = refused(tmp_path / "run")
    assert "fold-1" in message
    assert "another form" in message


# nothing in a model runs code


class Canary:
    """Pickled, it writes a file when it is loaded."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def test_the_canary_sings_when_a_pickle_is_loaded(tmp_path):
    """Otherwise the tests below would prove nothing."""
    torch.load(_pickle(tmp_path / "evil.pt", tmp_path / "canary"), weights_only=False)
    assert (tmp_path / "canary").exists()


def _pickle(path, canary):
    torch.save({"state_dict": Canary(canary)}, path)
    return path


@pytest.mark.parametrize("name", ["evil.pt", "evil.ckpt", "evil.pth", "EVIL.PT", "evil.pkl", "evil.bin"])
def test_a_pickle_given_as_model_is_refused_unread(tmp_path, name):
    message = refused(_pickle(tmp_path / name, tmp_path / "canary"))
    assert name in message
    assert "can run code" in message
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("how", ["torch", "pickle"])
def test_a_pickle_in_place_of_the_weights_is_refused_unread(save, swap, tmp_path, how):
    folder, _ = save()
    path = _pickle(tmp_path / "evil", tmp_path / "canary")
    content = path.read_bytes() if how == "torch" else pickle.dumps(Canary(tmp_path / "canary"))
    swap(folder, content)
    assert "is not a whole safetensors file" in refused(folder)
    assert not (tmp_path / "canary").exists()


def test_a_checkpoint_beside_the_model_is_not_looked_at(save, tmp_path):
    folder, _ = save("run/model")
    (tmp_path / "run" / "checkpoints").mkdir()
    _pickle(tmp_path / "run" / "checkpoints" / "best.ckpt", tmp_path / "canary")
    _pickle(folder / "weights.pt", tmp_path / "canary")
    load_model(tmp_path / "run")
    assert not (tmp_path / "canary").exists()


# damaged and foreign files: one line each


def test_weights_that_are_not_those_of_model_json_are_refused(save):
    folder, _ = save()
    other, _ = save("other", seed=1)
    shutil.copyfile(other / "weights.safetensors", folder / "weights.safetensors")
    message = refused(folder)
    assert "weights.safetensors" in message
    assert "its hash differs" in message


def test_weights_that_are_not_there_are_missed_by_name(save):
    folder, _ = save()
    (folder / "weights.safetensors").unlink()
    assert "weights.safetensors: is not there." in refused(folder)


def test_one_changed_bit_is_noticed(save):
    folder, _ = save()
    content = bytearray((folder / "weights.safetensors").read_bytes())
    content[-5] ^= 1
    (folder / "weights.safetensors").write_bytes(content)
    assert "its hash differs" in refused(folder)


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_truncated_weights_are_refused_even_with_the_right_hash(save, swap, keep):
    folder, _ = save()
    content = (folder / "weights.safetensors").read_bytes()[:keep]
    (folder / "weights.safetensors").write_bytes(content)
    assert "its hash differs" in refused(folder)
    swap(folder, content)
    assert "is not a whole safetensors file" in refused(folder)


@pytest.mark.parametrize("length", [2**63, 2**40, 10**8 + 1, 10**6])
def test_a_header_that_claims_too_much_is_refused(save, swap, length):
    folder, _ = save()
    content = (folder / "weights.safetensors").read_bytes()
    swap(folder, length.to_bytes(8, "little") + content[8:])
    assert "is not a whole safetensors file" in refused(folder)


@pytest.mark.parametrize("offsets", [[0, 4], [-4, 0], [2**40, 2**40 + 4], [4, 0]])
def test_tensors_whose_bytes_overlap_or_lie_outside_are_refused(save, swap, offsets):
    folder, _ = save()
    content = (folder / "weights.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    last = max(header, key=lambda name: header[name]["data_offsets"] if name != "__metadata__" else [])
    header[last]["data_offsets"] = offsets
    text = json.dumps(header).encode()
    swap(folder, len(text).to_bytes(8, "little") + text + content[8 + size :])
    assert "is not a whole safetensors file" in refused(folder)


def test_a_file_larger_than_the_network_is_not_read(save, swap, monkeypatch):
    folder, _ = save()
    with (folder / "weights.safetensors").open("ab") as stream:
        stream.truncate(2**34)  # a hole: no disk is used
    assert "is larger than the plan's network" in refused(folder)


def spoil_missing(state):
    del state["head.bias"]


def spoil_extra(state):
    state["surprise"] = torch.zeros(1)


def spoil_shape(state):
    state["head.bias"] = torch.zeros(4)


def spoil_type(state):
    state["head.bias"] = state["head.bias"].double()


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (spoil_missing, "head.bias"),
        (spoil_extra, "surprise"),
        (spoil_shape, "head.bias"),
        (spoil_type, "head.bias"),
    ],
)
def test_tensors_that_do_not_fit_the_plan_are_named(save, swap, spoil, name):
    folder, network = save()
    state = dict(network.state_dict())
    spoil(state)
    swap(folder, safetensors.torch.save(state))
    message = refused(folder)
    assert f"does not fit the plan in 1 tensors ({name}, …)" in message


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(save, swap, value):
    folder, network = save()
    state = dict(network.state_dict())
    state["head.bias"] = torch.tensor([0.0, value, 0.0])
    swap(folder, safetensors.torch.save(state))
    assert "no numbers" in refused(folder)


def test_missing_weights_are_said(save):
    folder, _ = save()
    (folder / "weights.safetensors").unlink()
    assert "weights.safetensors: is not there" in refused(folder)


@pytest.mark.parametrize("text", ["", "{", "\x00", "[" * 50_000, "{" * 10])
def test_a_description_that_is_no_json_is_refused(save, text):
    folder, _ = save()
    (folder / "model.json").write_text(text)
    assert "model.json: cannot be read as JSON" in refused(folder)


@pytest.mark.parametrize("text", ["[]", "null", "3", "{}", '{"format": 2}', '{"format": "1"}'])
def test_another_format_is_refused(save, text):
    folder, _ = save()
    (folder / "model.json").write_text(text)
    assert "is not a model description of format 1. Use the medunet that wrote it" in refused(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("plan"), "no key 'plan'"),
        (lambda d: d.pop("labels"), "no key 'labels'"),
        (lambda d: d.pop("weights_sha256"), "no key 'weights_sha256'"),
        (lambda d: d.pop("trained_on"), "no key 'trained_on'"),
        (lambda d: d.update(plan=[]), "plan:"),
        (lambda d: d.update(labels=[1]), "is not a model description"),
        (lambda d: d.update(labels={"lung": "x", "heart": 2}), "is not a model description"),
        (lambda d: d.update(labels={"lung": 1}), "are not the classes ('lung', 'heart')"),
        (lambda d: d.update(labels={"heart": 1, "lung": 2}), "are not the classes"),
        (lambda d: d.update(trained_on=None), "is not a model description"),
        (lambda d: d["plan"]["network"].update(widths=[10**12, 8]), "plan.network.widths.0"),
        (lambda d: d["plan"]["network"].update(norm="layer"), "plan.network.norm"),
        (lambda d: d["plan"]["network"].update(in_channels=3), "takes 3 channels, not 1"),
        (lambda d: d["plan"]["preprocessing"].update(size=[10**6, 32]), "plan.preprocessing.size.0"),
        (lambda d: d["plan"]["preprocessing"].update(size=[33, 32]), "multiples of 2"),
        (lambda d: d["plan"].update(output="sigmoid"), "has 2 channels, not 3"),
        (lambda d: d["plan"].update(code="import os"), "plan.code"),
    ],
)
def test_a_description_whose_parts_do_not_fit_says_which(save, describe, change, words):
    folder, _ = save()
    describe(folder, change)
    message = refused(folder)
    assert "model.json: is not a model description" in message
    assert words in message


def test_a_plan_of_another_network_does_not_fit_the_weights(save, describe):
    folder, _ = save()
    describe(folder, lambda d: d["plan"]["network"].update(widths=[8, 16]))
    assert "does not fit the plan in" in refused(folder)


# the temperature of its probabilities


def test_a_temperature_comes_back_and_so_does_the_reason_for_none(tmp_path, make_plan, make_network, describe):
    plan = make_plan()
    network, scheme = make_network(plan), Scheme.of(plan.classes)
    for told in (Temperature(1.25, 0.5, 0.4, 7, 1000), "no validation case"):
        save_model(tmp_path / "m", network, plan, scheme, trained_on=(), card="", temperature=told)
        assert load_model(tmp_path / "m").temperature == told
    describe(tmp_path / "m", lambda d: d.pop("temperature"))
    assert load_model(tmp_path / "m").temperature == NOT_FITTED


def test_an_ensemble_has_none(save, tmp_path):
    for k in range(2):
        save(f"run/fold-{k}/model", seed=k)
    assert load_model(tmp_path / "run").temperature == bundle.SEVERAL_FOLDS


@pytest.mark.parametrize(
    "told", [1.5, [], {"value": 0, "nll_before": 1, "nll_after": 1, "cases": 1, "pixels": 1}, {"value": 2}, "warm",
             {"value": "2", "nll_before": 1, "nll_after": 1, "cases": 1, "pixels": 1}]
)  # fmt: skip
def test_a_temperature_that_is_none_is_refused(save, describe, told):
    folder, _ = save()
    describe(folder, lambda d: d.update(temperature=told))
    assert "is not a model description" in refused(folder)


# the intervals of its ratios


def intervals_of(*keys, each=0.02):
    cases = [CaseErrors(key, key, {"ctr": each}) for key in keys]
    return Intervals.of(cases, "validation cases")


def test_intervals_come_back_and_so_does_the_reason_for_none(tmp_path, make_plan, make_network, describe):
    plan = make_plan()
    network, scheme = make_network(plan), Scheme.of(plan.classes)
    for told in (intervals_of(*"abcdefghij"), "validation chose the weights"):
        save_model(tmp_path / "m", network, plan, scheme, trained_on=(), card="", intervals=told)
        assert load_model(tmp_path / "m").intervals == told
    save_model(tmp_path / "m", network, plan, scheme, trained_on=(), card="")
    assert load_model(tmp_path / "m").intervals == NO_INTERVALS
    describe(tmp_path / "m", lambda d: d.pop("intervals"))
    assert load_model(tmp_path / "m").intervals == bundle.MADE_BEFORE


def test_an_ensemble_pools_those_of_its_folds(tmp_path, make_plan, make_network):
    plan = make_plan()
    for k in range(3):
        told = intervals_of(*(f"{k}{n}" for n in range(4)), each=0.01 * k)
        where = tmp_path / "run" / f"fold-{k}" / "model"
        save_model(where, make_network(plan, k), plan, Scheme.of(plan.classes), trained_on=(), card="", intervals=told)
    found = load_model(tmp_path / "run").intervals
    assert found.source == "3 folds"
    assert len(found.residuals["ctr"].values) == 12
    assert found.half_width("ctr") == 0.02


def test_an_ensemble_of_which_one_fold_has_none_says_its_reason(save, tmp_path):
    for k in range(2):
        save(f"run/fold-{k}/model", seed=k)
    assert load_model(tmp_path / "run").intervals == NO_INTERVALS


@pytest.mark.parametrize(
    "told", [1.5, [], "wide", {"source": "x"},
             {"source": "x", "scaled": False, "films": [], "residuals": {"ctr": {"values": [-1], "without": 0}}},
             {"source": "x", "scaled": False, "films": [], "residuals": {"ctr": {"values": [], "without": math.inf}}}]
)  # fmt: skip
def test_intervals_that_are_none_are_refused(save, describe, told):
    folder, _ = save()
    describe(folder, lambda d: d.update(intervals=told))
    assert "is not a model description" in refused(folder)
