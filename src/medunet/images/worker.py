"""The other process: takes a file name, decodes it under limits, sends arrays or the reason why not.

It reads requests until the pipe closes, which it does when the process that started it ends in whatever way.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from medunet.errors import InputError
from medunet.images import dicom_pixels, raster, tiff
from medunet.images.confinement import confine
from medunet.images.limits import MAX_DECODER_BYTES, MAX_DECODER_SECONDS, limits_set
from medunet.images.opening import decoding
from medunet.images.parcel import Parcel, ParcelError, receive, send

TASKS: dict[str, Callable[[Path], Parcel]] = {
    "dicom": dicom_pixels.decode_here,
    "tiff": tiff.decode_here,
    "tiff size": tiff.size_here,
    "jpeg": raster.decode_here,
}
"""What can be asked for."""


def serve() -> None:
    """Answer requests on the two pipes until the first one closes."""
    # Decoders print to standard output when they please; the pipe is for answers only.
    answers = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    requests = os.fdopen(os.dup(0), "rb")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine()
    with suppress(ParcelError, BrokenPipeError):
        while True:
            _answer_one(requests, answers)


def _answer_one(requests: BinaryIO, answers: BinaryIO) -> None:
    """Take one request and answer it."""
    words = receive(requests, 0).words
    with limits_set(**words["limits"]):
        _limit_myself(MAX_DECODER_BYTES.allowed, MAX_DECODER_SECONDS.allowed)
        answer = carried_out(words["task"], Path(words["path"]))
    send(answer, answers)


def carried_out(task: str, path: Path) -> Parcel:
    """The task's arrays, or its refusal as words."""
    try:
        with decoding(path, "pixel"):
            return TASKS[task](path)
    except InputError as refusal:
        if isinstance(refusal.__cause__, MemoryError):
            what = f"needs more memory than the {MAX_DECODER_BYTES.allowed >> 20:,} MiB that its decoder may take"
            return Parcel({"refusal": [what, f"Raise it by `--limit {MAX_DECODER_BYTES.name}=NUMBER`"]})
        return Parcel({"refusal": [refusal.what, refusal.remedy]})


def _limit_myself(memory: int, seconds: int) -> None:
    """Bound the memory beyond what is in use now, and the processor time from now on, where the system can do that."""
    try:
        import resource
    except ImportError:  # Windows: the clock of the process that asks is left
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime) + seconds + 1
    _bound(resource.RLIMIT_CPU, cpu)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)  # a decoder has nothing to write
    size = _address_space()
    if size is not None:
        _bound(resource.RLIMIT_AS, size + memory)


def _bound(kind: int, value: int) -> None:
    """Set the soft limit; systems that do not know or not allow it are left as they are."""
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _address_space() -> int | None:
    """Bytes of address space in use (Linux), or None where it is not told, as on macOS."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
