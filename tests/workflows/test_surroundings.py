from __future__ import annotations

import json
import os
import platform
from datetime import datetime
from pathlib import Path

import pytest

from medunet.workflows import surroundings


def test_versions_name_what_a_result_depends_on():
    found = surroundings.versions()
    assert {"medunet", "python", "torch", "lightning", "numpy"} <= set(found)
    assert found["python"] == platform.python_version()


def test_the_machine_is_described_without_its_name():
    found = surroundings.machine()
    assert found["cores"] >= 1
    assert platform.node() not in json.dumps(found) or not platform.node()


def test_the_time_has_a_zone_and_the_clock_goes_forward():
    assert datetime.fromisoformat(surroundings.now()).tzinfo is not None
    assert surroundings.clock() <= surroundings.clock()


def test_the_cache_lies_where_the_system_keeps_caches(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert surroundings.cache_folder() == tmp_path / "medunet" / "samples"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert surroundings.cache_folder() == Path.home() / ".cache" / "medunet" / "samples"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert surroundings.cache_folder() == tmp_path / "medunet" / "samples"


def test_paths_are_written_as_a_person_would(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert surroundings.relative(tmp_path / "run" / "x.png") == str(Path("run") / "x.png")
    assert surroundings.relative(tmp_path.parent) == str(tmp_path.parent)


LAUNCHERS = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


@pytest.fixture
def no_launcher(monkeypatch):
    """An environment in which nobody has started several processes; what a test sets in it is taken back."""
    for name in (*LAUNCHERS, "SLURM_NTASKS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_alone_there_is_one_process(no_launcher):
    assert surroundings.processes(1) == surroundings.processes(4) == (0, 1, 0, 1)


def test_slurms_tasks_are_heard_where_several_devices_are_asked_for(no_launcher, monkeypatch):
    said = {
        "SLURM_NTASKS": "4",
        "SLURM_PROCID": "3",
        "SLURM_LOCALID": "1",
        "SLURM_NNODES": "2",
        "SLURM_NODELIST": "node[7-8]",
        "SLURM_JOB_ID": "12345",
        "SLURM_JOB_NAME": "train",
    }
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert surroundings.processes(1) == (0, 1, 0, 1)  # a single call inside an allocation
    assert surroundings.processes(2) == (3, 4, 1, 2)
    assert os.environ["MASTER_ADDR"] == "node7"
    assert 1024 < int(os.environ["MASTER_PORT"]) < 65536
    assert surroundings.processes(1) == (3, 4, 1, 2)  # now as torchrun says it
