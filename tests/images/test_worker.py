import sys

import numpy as np
import pydicom
import pytest

from medunet.images.parcel import Parcel
from medunet.images.worker import TASKS, carried_out


def test_every_task_that_is_asked_for_is_there():
    assert set(TASKS) == {"dicom", "tiff", "tiff size", "jpeg"}


def test_a_task_gives_arrays_or_the_words_of_its_refusal(make_dicom, grey):
    dataset = pydicom.dcmread(make_dicom(grey))
    dataset.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom")
    path = make_dicom(grey, "rle.dcm")
    dataset.save_as(path)
    np.testing.assert_array_equal(carried_out("dicom", path).arrays["stored"], grey)
    path.write_bytes(path.read_bytes()[:-40])
    assert carried_out("dicom", path).words["refusal"][1]


def test_what_no_one_foresaw_is_a_refusal(tmp_path, monkeypatch):
    def surprise(path):
        raise KeyError("ZZCANARY")

    monkeypatch.setitem(TASKS, "jpeg", surprise)
    assert "ZZCANARY" not in str(carried_out("jpeg", tmp_path).words)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory hold on Linux")
def test_memory_beyond_the_limit_is_refused(tmp_path):
    import subprocess

    code = (
        "import numpy as np\nfrom pathlib import Path\nfrom medunet.images import worker\n"
        "worker.TASKS['jpeg'] = lambda path: np.ones(1 << 27)\n"
        "worker._limit_myself(64 << 20, 60)\n"
        "assert 'memory' in worker.carried_out('jpeg', Path('x')).words['refusal'][0]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert Parcel().arrays == {}
