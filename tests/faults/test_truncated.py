"""Files cut at any length: an answer or one line, never a traceback, never a mask of half a film."""

from __future__ import annotations

import shutil

import pytest

from medunet.errors import InputError, MedunetError
from medunet.images import read_image, write_dicom, write_png
from medunet.phantoms import chest_film
from medunet.prediction import load_model
from medunet.workflows.run_folder import read_run
from medunet.workflows.train import train

SHARES = (0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", ["png", "dcm"])
def test_a_film_cut_short_is_one_line(tmp_path, kind, share):
    film = chest_film(1, 0, size=64)
    path = tmp_path / f"film.{kind}"
    if kind == "png":
        write_png(path, film.image)
    else:
        write_dicom(path, film.image, seed="film")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    try:
        got = read_image(path)
    except InputError as fault:
        caught = fault
    else:  # only a checksum at the end of the file is gone: every pixel is there
        assert kind == "png"
        assert (got.array == film.image.array).all()
        return
    assert path.name in str(caught)
    assert "\n" not in str(caught)
    assert caught.remedy


@pytest.fixture(scope="module")
def run(films, program, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    changes = program.changes(steps=4)
    train(films, out=out, changes=changes, device="cpu", cache=program.cache)
    return out, changes


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("name", ["weights.safetensors", "model.json"])
def test_a_model_cut_short_is_one_line(run, tmp_path, name, share):
    shutil.copytree(run[0] / "model", tmp_path / "model")
    path = tmp_path / "model" / name
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(InputError) as fault:
        load_model(tmp_path / "model")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("name", ["checkpoints/last.ckpt", "plan.yaml"])
def test_a_run_cut_short_is_one_line_when_it_is_resumed(run, films, program, tmp_path, name):
    out, changes = tmp_path / "run", run[1]
    shutil.copytree(run[0], out)
    shutil.rmtree(out / "model")
    (out / name).write_bytes((out / name).read_bytes()[: (out / name).stat().st_size // 3])
    with pytest.raises(MedunetError) as fault:
        train(films, out=out, changes=changes, device="cpu", cache=program.cache, resume=True)
    assert (out / name).name in str(fault.value)
    assert "\n" not in str(fault.value)


def test_best_weights_cut_short_are_chosen_again_and_it_is_said(run, films, program, tmp_path):
    out = tmp_path / "run"
    shutil.copytree(run[0], out)
    shutil.rmtree(out / "model")
    best = out / "checkpoints" / "best.ckpt"
    best.write_bytes(best.read_bytes()[: best.stat().st_size // 3])
    train(films, out=out, changes=run[1], device="cpu", cache=program.cache, resume=True)
    assert "best.ckpt is not a checkpoint that can be read" in (out / "run.json").read_text()
    assert load_model(out)


@pytest.mark.parametrize("content", ["", "epoch,train_loss\n", "half a li", None])
def test_a_log_that_is_lost_or_lacks_its_last_epoch_comes_back_with_the_checkpoint(
    run, films, program, tmp_path, content
):
    """Killed between the two files, the checkpoint knows of an epoch that the log does not."""
    out = tmp_path / "run"
    shutil.copytree(run[0], out)
    shutil.rmtree(out / "model")
    whole = (out / "log.csv").read_text()
    (out / "log.csv").unlink()
    if content is not None:
        (out / "log.csv").write_text(content)
    done = train(films, out=out, changes=run[1], device="cpu", cache=program.cache, resume=True)
    assert (out / "model" / "model.json").is_file()
    assert done.val_dice is not None
    assert read_run(out)["validation"] == read_run(run[0])["validation"]
    assert (out / "log.csv").read_text() == whole
