"""What decoding in a process apart costs: the first file, and each one after it, against a film that is plain.

Usage: python benchmarks/decode_isolation.py [SIDE]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import RLELossless

from medunet.images import Grid, Image, read_image, write_dicom
from medunet.images.parcel import Parcel
from medunet.images.worker import TASKS

REPEATS = 10


def seconds(call) -> float:
    """The shortest of a few calls."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def main(side: int) -> None:
    """Print the times in milliseconds."""
    smooth = np.add.outer(np.arange(side), np.arange(side)) % 4096
    array = (smooth + np.random.default_rng(0).integers(0, 3, smooth.shape)).astype(np.uint16)
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "plain.dcm", Path(folder) / "packed.dcm"
        write_dicom(plain, Image(array[None], Grid(array.shape)))
        dataset = pydicom.dcmread(plain)
        dataset.compress(RLELossless)
        dataset.save_as(packed)
        start = time.perf_counter()
        read_image(packed)
        first = time.perf_counter() - start
        here: Parcel = TASKS["dicom"](packed)
        assert np.array_equal(here.arrays["stored"], array)
        print(f"{side} x {side} pixels of 16 bits, ms")
        print(f"plain, in this process       {1000 * seconds(lambda: read_image(plain)):8.1f}")
        print(f"RLE decoded in this process  {1000 * seconds(lambda: TASKS['dicom'](packed)):8.1f}")
        print(f"RLE read through the worker  {1000 * seconds(lambda: read_image(packed)):8.1f}")
        print(f"the first one, worker start  {1000 * first:8.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
