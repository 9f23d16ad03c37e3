import json
import subprocess
import sys

import pydicom
import pytest

from medunet.errors import InputError
from medunet.images import apart, read_image

PROBE = '''
import json, os, socket, subprocess, sys, threading
from pathlib import Path

def denied(what):
    try:
        what()
    except PermissionError:
        return True
    except OSError as error:
        return repr(error)
    return False

def probe(folder):
    """Which of what a decoder needs not is denied."""
    folder = Path(folder)
    return {
        "socket": denied(lambda: socket.socket().close()),
        "a name's address": denied(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()),
        "program": denied(lambda: subprocess.run([sys.executable, "-c", ""])),
        "making": denied(lambda: open(folder / "new", "wb").close()),
        "changing": denied(lambda: open(folder / "there", "r+b").close()),
        "truncating": denied(lambda: os.truncate(folder / "there", 0)),
        "removing": denied(lambda: os.unlink(folder / "there")),
        "moving": denied(lambda: os.rename(folder / "there", folder / "elsewhere")),
        "folder": denied(lambda: os.mkdir(folder / "inner")),
        "signal": denied(lambda: os.kill(os.getppid(), 0)),
        "reading": denied(lambda: (folder / "there").read_bytes()),
        "threads": denied(lambda: threading.Thread(target=int).start()),
    }
'''

CALLS = {"socket", "a name's address", "program"}
CHANGES = {"making", "changing", "truncating", "removing", "moving", "folder"}


@pytest.fixture
def probing(tmp_path):
    """A folder with a module `probing` and a file."""
    (tmp_path / "probing.py").write_text(PROBE)
    (tmp_path / "there").write_bytes(b"there")
    return tmp_path


def in_force():
    """What the kernel of this machine can do."""
    line = "from medunet.images.confinement import confine; print(*confine())"
    return subprocess.run([sys.executable, "-c", line], check=True, capture_output=True, text=True).stdout.split()


def expected(measures):
    """What of the probe is denied for sure, and what is allowed for sure."""
    denied = (CALLS if "seccomp" in measures else set()) | (CHANGES if "landlock" in measures else set())
    return denied, {"reading", "threads"} | ((CALLS | CHANGES) - denied)


def test_a_confined_process_reads_and_does_nothing_else(probing):
    line = (
        f"import json, sys; sys.path.insert(0, {str(probing)!r}); from probing import probe\n"
        "from medunet.images.confinement import confine\n"
        f"measures = confine(); print(json.dumps([measures, probe({str(probing)!r})]))"
    )
    made = subprocess.run([sys.executable, "-c", line], check=True, capture_output=True, text=True)
    measures, found = json.loads(made.stdout)
    if not measures:
        pytest.skip("this kernel knows neither seccomp nor Landlock")
    denied, allowed = expected(measures)
    assert {name for name in found if found[name] is True} >= denied
    assert {name for name in allowed if found[name] is not False} == set()
    if "landlock" in measures:
        assert (probing / "there").read_bytes() == b"there"


def test_the_worker_is_confined(make_dicom, grey, probing, monkeypatch):
    dataset = pydicom.dcmread(make_dicom(grey))
    dataset.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom")
    path = make_dicom(grey, "rle.dcm")
    dataset.save_as(path)
    monkeypatch.syspath_prepend(probing)
    told = f"json.dumps({{'alone': len(os.listdir('/proc/self/task')) == 1, **probing.probe({str(probing)!r})}})"
    instead = f"worker.TASKS['dicom'] = lambda path: worker.Parcel({{'refusal': [{told}, '']}})"
    words = f"; from medunet.images import worker; import probing, json, os; {instead}; serve()"
    monkeypatch.setattr(apart, "_BOOT", apart._BOOT.replace("; serve()", words))
    measures = in_force()
    if not measures:
        pytest.skip("this kernel knows neither seccomp nor Landlock")
    apart._drop()
    try:
        with pytest.raises(InputError) as told:
            read_image(path)
    finally:
        apart._drop()
    found = json.loads(told.value.what)
    assert {name for name in found if found[name] is True} >= expected(measures)[0] | {"alone"}
    assert found["reading"] is False
