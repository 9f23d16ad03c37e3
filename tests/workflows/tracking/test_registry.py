from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from medunet.errors import InputError, UsageError
from medunet.workflows.run_folder import OWNED
from medunet.workflows.tracking import registry
from medunet.workflows.tracking.registry import TRACKERS, check_trackers, make_tracker
from medunet.workflows.tracking.tensorboard import TensorBoard


def test_an_unknown_tracker_is_refused_with_the_known():
    with pytest.raises(UsageError, match=r"--track: 'neptune' is no tracker. Choose from tensorboard, mlflow, wandb\."):
        check_trackers(["neptune"])


@pytest.mark.parametrize("name", TRACKERS)
def test_a_missing_package_is_one_line_with_its_remedy(name, monkeypatch):
    monkeypatch.setattr(registry, "find_spec", lambda package: None)
    with pytest.raises(InputError) as fault:
        check_trackers([name])
    assert str(fault.value) == (
        f"--track {name}: needs {', '.join(TRACKERS[name].needs)}, not installed here. "
        f"Install with: python -m pip install 'medunet[{name}]'."
    )


def test_every_tracker_has_an_extra_and_a_folder_of_the_run():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(TRACKERS) == set(project["optional-dependencies"]) - {"dev"}
    assert set(TRACKERS) < set(OWNED)
    for name, kind in TRACKERS.items():
        brought = " ".join(project["optional-dependencies"][name])
        assert all(package in brought for package in kind.needs)


def test_checking_imports_none_of_them():
    program = (
        "import sys\nfrom medunet.workflows.tracking.registry import check_trackers\n"
        "try: check_trackers(['tensorboard', 'mlflow', 'wandb'])\nexcept Exception: pass\n"
        "print([name for name in ('tensorboard', 'mlflow', 'wandb', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_another_packages_tracker_is_made_by_its_entry_point(remembering):
    check_trackers(["memory"])
    assert make_tracker("memory") is remembering
    with pytest.raises(UsageError, match="Choose from tensorboard, mlflow, wandb, memory"):
        check_trackers(["other"])


def test_an_entry_point_takes_no_place_of_ours_and_no_folder_elsewhere(monkeypatch):
    points = [SimpleNamespace(name=name, load=lambda: dict) for name in ("tensorboard", "../masks", "a b")]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    assert isinstance(make_tracker("tensorboard"), TensorBoard)
    for name in ("../masks", "a b"):
        with pytest.raises(UsageError):
            check_trackers([name])
