import os
import signal
import subprocess
import sys
import time

import numpy as np
import pydicom
import pytest

from medunet.errors import InputError
from medunet.images import apart, limits_set, read_image


@pytest.fixture
def rle(make_dicom, grey):
    """A film that is decoded apart."""
    dataset = pydicom.dcmread(make_dicom(grey))
    dataset.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom")
    path = make_dicom(grey, "rle.dcm")
    dataset.save_as(path)
    return path


def test_one_worker_takes_file_after_file(rle, grey):
    for _ in range(2):
        np.testing.assert_array_equal(read_image(rle).array[0], grey)
    first = apart._worker.pid
    np.testing.assert_array_equal(read_image(rle).array[0], grey)
    assert apart._worker.pid == first


def test_a_worker_that_dies_costs_one_file(rle, grey, monkeypatch):
    read_image(rle)
    pid = apart._worker.pid
    monkeypatch.setattr(apart, "receive", lambda *_: killed(pid))
    with pytest.raises(InputError, match=r"rle\.dcm: is damaged: its decoder broke down"):
        read_image(rle)
    monkeypatch.undo()
    np.testing.assert_array_equal(read_image(rle).array[0], grey)
    assert apart._worker.pid != pid


def killed(pid):
    """What reading from a worker is that dies in between."""
    os.kill(pid, signal.SIGKILL)
    raise apart.ParcelError("the stream ended early")


def test_a_worker_that_hangs_is_ended(rle):
    worker = apart.Worker([sys.executable, "-c", "import time; time.sleep(100)"])
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        worker.ask(apart.Parcel(), 0.2, 10)
    assert time.monotonic() - start < 50
    worker.end()
    assert not worker.alive


@pytest.fixture
def doing(monkeypatch):
    """Let the worker do something else than decode."""

    def do(words):
        boot = "import json, sys, time; sys.path[:] = json.loads(sys.argv[1]); from medunet.images import worker; "
        monkeypatch.setattr(apart, "_BOOT", f"{boot}worker.TASKS['dicom'] = lambda path: {words}; worker.serve()")
        apart._drop()

    yield do
    apart._drop()


@pytest.mark.skipif(sys.platform != "linux", reason="no limit on processor time here")
def test_a_decoder_that_runs_without_end_is_stopped_by_its_processor_time(rle, doing):
    doing("exec('while True: pass')")
    start = time.monotonic()
    with limits_set(max_decoder_seconds=1), pytest.raises(InputError, match="--limit max_decoder_seconds=NUMBER"):
        read_image(rle)
    assert time.monotonic() - start < apart.START_SECONDS


def test_a_decoder_that_waits_without_end_is_stopped_by_the_clock(rle, doing, monkeypatch):
    doing("time.sleep(1000)")
    monkeypatch.setattr(apart, "START_SECONDS", 2)
    words = r"took more than 1 s to decode \(the limit max_decoder_seconds\).*--limit max_decoder_seconds=NUMBER"
    with limits_set(max_decoder_seconds=1), pytest.raises(InputError, match=words):
        read_image(rle)


def test_ctrl_c_in_the_middle_leaves_no_answer_for_the_next_file(rle, grey, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    read_image(rle)
    monkeypatch.setattr(apart, "receive", stop)
    with pytest.raises(KeyboardInterrupt):
        read_image(rle)
    monkeypatch.undo()
    assert apart._worker is None
    np.testing.assert_array_equal(read_image(rle).array[0], grey)


def test_a_refusal_of_the_worker_is_that_of_the_file(rle):
    with limits_set(max_elements=3), pytest.raises(InputError, match=r"rle\.dcm: has too many elements") as caught:
        apart.decode_apart("dicom", rle)
    assert caught.value.where == str(rle)


def test_a_plain_film_starts_no_worker(make_dicom, grey):
    code = (
        "import sys; from medunet.images import read_image, apart\n"
        "read_image(sys.argv[1]); print(apart._worker is None)"
    )
    done = subprocess.run([sys.executable, "-c", code, make_dicom(grey)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_starts_a_worker_of_its_own(rle):
    code = (
        "import os, sys; from medunet.images import read_image, apart\n"
        "read_image(sys.argv[1])\nmine = apart._worker.pid\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    read_image(sys.argv[1]); os._exit(0 if apart._worker.pid != mine else 1)\n"
        "assert os.waitpid(child, 0)[1] == 0; read_image(sys.argv[1]); assert apart._worker.pid == mine"
    )
    subprocess.run([sys.executable, "-c", code, rle], check=True, timeout=200)
