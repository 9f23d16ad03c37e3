from __future__ import annotations

import json
import platform
from datetime import datetime
from pathlib import Path

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
