from __future__ import annotations

import pytest
import torch

from medunet.errors import UsageError
from medunet.training.batches import ALONE, Share
from medunet.workflows.training_work import Call, Work, device_of, share_of


def call(**told):
    values = dict.fromkeys(Call.__dataclass_fields__)
    return Call(**{**values, "data": "films", "recipe": "chest-xray-small", "out": "run", "changes": (), **told})


def test_the_run_folder_is_that_of_the_fold(tmp_path):
    assert call().folder.as_posix() == "run"
    assert call(fold=3).folder.as_posix() == "run/fold-3"


@pytest.mark.parametrize(("fold", "title"), [(None, "run"), (3, "run fold 3")])
def test_people_call_a_run_by_its_folder(tmp_path, fold, title):
    work = Work(call(out=str(tmp_path / "run"), fold=fold), None, None, None, ALONE, torch.device("cpu"), 0.0)
    assert work.title == title


def test_without_a_launcher_there_is_one_process(monkeypatch):
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert share_of(1) == ALONE
    assert share_of(4) == ALONE  # medunet has to start the others
    with pytest.raises(UsageError, match="0 devices train nothing"):
        share_of(0)


def test_torchruns_processes_know_their_numbers(monkeypatch):
    said = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert share_of(1) == Share(rank=5, ranks=8, local=1, nodes=2)


def test_a_processor_is_shared_and_a_gpu_is_each_processs_own(monkeypatch):
    assert device_of("cpu", Share(1, 2, 1)) == torch.device("cpu")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("medunet.networks.choose_device", lambda asked: torch.device("cuda"))
    assert device_of("auto", Share(1, 2, 1)) == torch.device("cuda", 1)
    assert device_of("auto", ALONE) == torch.device("cuda")
    with pytest.raises(UsageError, match="3 GPUs are asked for here, there are 2"):
        device_of("auto", Share(2, 3, 2))
