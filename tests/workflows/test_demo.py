from __future__ import annotations

import json

import pytest

from medunet.errors import OutputError, UsageError
from medunet.images import read_image
from medunet.training.task import TrainingTask
from medunet.workflows import demo as module
from medunet.workflows.demo import KINDS, demo


@pytest.fixture
def small(monkeypatch, cache, changes):
    """The demo on few small films with a tiny network; `make demo` runs the real one."""
    monkeypatch.setattr(module, "FILMS", 12)
    monkeypatch.setattr(module, "UNSEEN", 2)
    monkeypatch.setattr(module, "SIZE", 64)
    monkeypatch.setattr(module, "CHANGES", changes)
    monkeypatch.setattr("medunet.workflows.surroundings.cache_folder", lambda: cache)


@pytest.mark.parametrize("kind", ["brain", "abdomen", "knee"])
def test_an_unknown_kind_is_refused_with_the_known_ones(tmp_path, kind):
    with pytest.raises(UsageError, match=rf"--kind: '{kind}' is not known. Known are: {', '.join(KINDS)}"):
        demo(kind, out=tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "films").mkdir()
    with pytest.raises(OutputError, match="was not made by medunet"):
        demo(out=tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["films"]


def test_the_whole_way_stopped_and_gone_on_with(small, tmp_path, heard, monkeypatch):
    """Ctrl-C in the second epoch; the same call ends with the page, and a third one leaves it alone."""
    step = TrainingTask.training_step

    def interrupted(self, batch, index):
        if (self.current_epoch, index) == (1, 0):
            raise KeyboardInterrupt
        return step(self, batch, index)

    monkeypatch.setattr(TrainingTask, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demo(out=tmp_path / "demo", device="cpu")
    monkeypatch.setattr(TrainingTask, "training_step", step)
    done = demo(out=tmp_path / "demo", device="cpu", progress=heard)
    folder = tmp_path / "demo"
    for name in (
        "films/cases.csv",
        "unseen/unseen-2.dcm",
        "run/model/model.json",
        "run/evaluation/test/report.html",
        "predictions/masks/unseen-1.png",
        "predictions/report.html",
        "measurements/report.html",
        "report.html",
    ):
        assert (folder / name).stat().st_size > 0, name
    assert done.report == folder / "report.html"
    assert set(done.dice) == {"lung", "heart"}
    page = done.report.read_text()
    assert "Synthetic" in page or "synthetic" in page
    assert "they say nothing about how well" in page
    assert json.loads(json.dumps(done.to_dict()))["report"] == str(done.report)
    summary = json.loads((folder / "run/evaluation/test/summary.json").read_text())
    assert summary["caution"] == ""
    assert read_image(folder / "unseen" / "unseen-1.dcm").grid.shape == (128, 128)
    assert not (folder / "measurements" / "failed.csv").exists()
    before = done.report.read_bytes()
    with pytest.raises(OutputError, match=r"holds a demo already. Look at its report.html, or add --overwrite"):
        demo(out=folder, device="cpu")
    assert done.report.read_bytes() == before
