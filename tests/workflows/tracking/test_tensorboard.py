"""TensorBoard, tried for real: a run is told to it, and read back by TensorBoard's own reader."""

from __future__ import annotations

import csv
import io

import numpy as np
import PIL.Image
import pytest

from medunet.workflows.tracking.tensorboard import TensorBoard
from medunet.workflows.tracking.tracker import Histogram, Start

pytest.importorskip("tensorboard", reason="medunet[tensorboard] is not installed")

ALL = 10_000
"""More than there are, so that the reader leaves none out."""


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    kinds = ("scalars", "histograms", "images", "tensors", "compressedHistograms")
    reader = EventAccumulator(str(folder), size_guidance=dict.fromkeys(kinds, ALL))
    reader.Reload()
    return reader


@pytest.fixture(scope="module")
def one():
    return Histogram(np.array([1, 3]), np.array([-1.0, 0.0, 1.0]), 1.5, 2.5)


def test_a_stopped_and_resumed_run_is_read_back_whole(stopped_and_resumed, tmp_path):
    run = stopped_and_resumed(tmp_path / "run", "tensorboard")
    reader = read(run.folder / "tensorboard")
    tags = reader.Tags()
    with (run.folder / "log.csv").open(newline="") as file:
        log = list(csv.DictReader(file))
    assert len(log) == 7
    assert set(tags["scalars"]) == set(log[0])
    assert {"train_loss", "val_loss", "val_dice_heart", "val_iou_lung", "lr"} <= set(tags["scalars"])
    for name in tags["scalars"]:
        told = reader.Scalars(name)
        assert [event.step for event in told] == [18 * int(one["epoch"]) - 1 for one in log if one[name]]
        assert [event.value for event in told] == pytest.approx([float(one[name]) for one in log if one[name]], 1e-4)
    histograms = tags["histograms"]
    assert {name.split("/")[0] for name in histograms} == {"parameters", "gradients"}
    for name in histograms:
        assert [event.step for event in reader.Histograms(name)] == [0, 100]
    assert sorted(tags["images"]) == [f"samples/{place}" for place in (1, 2, 3, 4)]
    for name in tags["images"]:
        assert [event.step for event in reader.Images(name)] == [18 * epoch - 1 for epoch in range(1, 8)]
    files = list((run.folder / "tensorboard").glob("events.*"))
    assert len(files) == 2
    assert all(b"phantom" not in path.read_bytes() for path in files)  # the cases' names


def test_hparams_are_those_of_recipe_and_plan(tmp_path):
    from tensorboard.plugins.hparams import metadata

    tracker = TensorBoard()
    tracker.begin(Start(tmp_path, "run", {"training.lr": 0.01, "network.widths": "[4, 8]", "plan.batch": 8}))
    tracker.end(finished=True)
    content = read(tmp_path).PluginTagToContent("hparams")
    started = metadata.parse_session_start_info_plugin_data(content[metadata.SESSION_START_INFO_TAG])
    found = {name: value.number_value or value.string_value for name, value in started.hparams.items()}
    assert found == {"training.lr": 0.01, "network.widths": "[4, 8]", "plan.batch": 8}


def test_what_was_told_but_not_noted_before_a_kill_is_hidden(tmp_path):
    for start in (Start(tmp_path, "run", {}), Start(tmp_path, "run", {}, step=20, run="")):
        tracker = TensorBoard()  # the first one is never closed, as after a kill
        tracker.begin(start)
        for step in range(start.step or 9, 40, 10):
            tracker.figures(step, {"val_loss": float(step)})
    reader = read(tmp_path)
    assert [event.step for event in reader.Scalars("val_loss")] == [9, 19, 20, 30]


def test_a_half_written_record_of_a_killed_run_loses_nothing_else(tmp_path):
    tracker = TensorBoard()
    tracker.begin(Start(tmp_path, "run", {}))
    tracker.figures(9, {"val_loss": 1.0})
    tracker.end(finished=False)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + file.read_bytes()[:11])
    again = TensorBoard()
    again.begin(Start(tmp_path, "run", {}, step=10, run=""))
    again.figures(19, {"val_loss": 0.5})
    assert [event.value for event in read(tmp_path).Scalars("val_loss")] == [1.0, 0.5]


def test_histograms_and_pictures_are_as_they_were_given(tmp_path, one):
    tracker = TensorBoard()
    tracker.begin(Start(tmp_path, "run", {}))
    picture = PIL.Image.fromarray(np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3))
    tracker.histograms(100, {"gradients/a": one})
    tracker.pictures(100, [picture])
    reader = read(tmp_path)
    (event,) = reader.Histograms("gradients/a")
    value = event.histogram_value
    assert (value.min, value.max, value.num, value.sum, value.sum_squares) == (-1, 1, 4, 1.5, 2.5)
    # The first and the last bucket that the reader adds are empty.
    assert [n for n in value.bucket if n] == [1, 3]
    (shown,) = reader.Images("samples/1")
    with PIL.Image.open(io.BytesIO(shown.encoded_image_string)) as read_back:
        assert np.array_equal(np.asarray(read_back), np.asarray(picture))


def test_a_run_that_never_began_ends(tmp_path):
    TensorBoard().end(finished=False)
