"""A disk that is full in the middle: one line, and what was there stays."""

from __future__ import annotations

import errno
import hashlib
import resource
from pathlib import Path

import pytest

from medunet.errors import OutputError
from medunet.images import writing
from medunet.workflows.evaluate import evaluate
from medunet.workflows.measure import measure

TINY = 20_000
"""Bytes; less than a checkpoint, more than the tables."""


def digest(root):
    return {p.relative_to(root): hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*") if p.is_file()}


@pytest.fixture
def small_files_only():
    """No file of this process grows beyond `TINY`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (TINY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_checkpoint_that_does_not_fit_is_one_line_and_no_half_file(films, program, here, tmp_path, small_files_only):
    code, _, err = here(*program.train(films, tmp_path / "run", "--quiet"))
    assert code == 1
    assert err.count("\n") == 1
    assert "last.ckpt: " in err or "best.ckpt: " in err
    assert "too large for this disk" in err
    assert not list((tmp_path / "run" / "checkpoints").iterdir())
    assert not (tmp_path / "run" / "model").exists()


@pytest.fixture
def full_after(monkeypatch):
    """The disk is full from the nth file on."""

    def after(count):
        plain, written = Path.write_bytes, []

        def write(path, data):
            written.append(path)
            if len(written) > count:
                with path.open("wb") as file:
                    file.write(data[: len(data) // 2])
                raise OSError(errno.ENOSPC, "No space left on device")
            return plain(path, data)

        monkeypatch.setattr(writing.Path, "write_bytes", write)

    return after


@pytest.mark.parametrize("count", range(6))
def test_measure_on_a_full_disk_leaves_no_half_file(films, tmp_path, full_after, count):
    full_after(count)
    with pytest.raises(OutputError, match=r"the disk is full. Free some space"):
        measure([films / "masks"], images=films, out=tmp_path / "out")
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or path.suffix == ".png" or path.name == ".medunet.json"
        assert not path.name.startswith(".") or path.name == ".medunet.json"


def test_an_earlier_result_survives_a_full_disk(films, tmp_path, full_after):
    evaluate(films / "masks", films, out=tmp_path / "out")
    before = digest(tmp_path / "out")
    full_after(0)
    with pytest.raises(OutputError, match="the disk is full"):
        evaluate(films / "masks", films, out=tmp_path / "out")
    assert digest(tmp_path / "out") == before
