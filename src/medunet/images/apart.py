"""Decode in another process: what is not plain is decoded where it can hurt nobody.

One worker belongs to this process and lives until it ends. It is started when the first file needs it, so that a plain
PNG never pays for it. Memory, processor time and the clock are limited; a worker that dies or takes too long is one
InputError for that one file, and the next file gets a new worker.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from medunet.errors import InputError
from medunet.images.limits import MAX_ARRAY_BYTES, MAX_DECODER_BYTES, MAX_DECODER_SECONDS, limits_in_force
from medunet.images.parcel import Parcel, ParcelError, receive, send

_BOOT = (
    "import json, os, sys; os.environ['OPENBLAS_NUM_THREADS'] = '1'; sys.path[:] = json.loads(sys.argv[1]); "
    "from medunet.images.worker import serve; serve()"
)
"""The worker's first line: it finds what this process finds, and nothing in the folder it happens to stand in. It has
one thread, which is then confined."""

PATIENCE = 4
"""The clock may show this many times the processor seconds that are allowed, for machines with other things to do."""

START_SECONDS = 60
"""And this much more, in which a new worker may have to start."""

SPARE_BYTES = 1 << 20
"""Beyond one array of the largest size: palettes and the like."""


class Worker:
    """One worker process and the pipes to it."""

    def __init__(self, command: Iterable[str]) -> None:
        # A session of its own: Ctrl-C in the terminal reaches this process alone, which then ends the worker.
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.owner = os.getpid()

    @property
    def pid(self) -> int:
        """The worker's process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """True while the worker can take another file, in the process that started it."""
        return self.owner == os.getpid() and self._process.poll() is None

    def ask(self, parcel: Parcel, seconds: float, max_bytes: int) -> Parcel:
        """Send a request and wait for the answer.

        Raises:
            TimeoutError: `seconds` went by; the worker has been ended.
            ParcelError, OSError: the worker died.
        """
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            send(parcel, cast(BinaryIO, self._process.stdin))
            return receive(cast(BinaryIO, self._process.stdout), max_bytes)
        except (ParcelError, OSError) as error:
            if late.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()

    def end(self) -> None:
        """End the worker and wait until it is gone."""
        if self.owner != os.getpid():
            return  # a copy in a forked process: the worker is not its child
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


_lock = threading.Lock()
_worker: Worker | None = None


def decode_apart(task: str, path: Path) -> Parcel:
    """Let the worker do `task` (a name of `worker.TASKS`) with the file.

    Raises:
        InputError: the worker's own refusal, or it needed more than the limits, or it died.
    """
    limits = {name: limit.value for name, limit in limits_in_force().items()}
    request = Parcel({"task": task, "path": os.path.abspath(path), "limits": limits})
    seconds, memory = MAX_DECODER_SECONDS.allowed, MAX_DECODER_BYTES.allowed
    with _lock:
        worker = _ready(path)
        try:
            answer = worker.ask(request, seconds * PATIENCE + START_SECONDS, MAX_ARRAY_BYTES.allowed + SPARE_BYTES)
        except TimeoutError:
            _drop()
            raise InputError(path, f"took more than {seconds} s to decode (the limit {MAX_DECODER_SECONDS.name})",
                             f"Check the file, or raise it by `--limit {MAX_DECODER_SECONDS.name}=NUMBER`"
                             ) from None  # fmt: skip
        except (ParcelError, OSError) as error:
            _drop()
            options = f"`--limit {MAX_DECODER_BYTES.name}=NUMBER` and `--limit {MAX_DECODER_SECONDS.name}=NUMBER`"
            raise InputError(
                path,
                "is damaged: its decoder broke down over it or needed too much memory or time",
                f"Export the file again, or allow more than {memory >> 20:,} MiB and {seconds} s by {options}",
            ) from error
        except BaseException:  # Ctrl-C in the middle: the answer would come to the next file
            _drop()
            raise
    refusal = answer.words.get("refusal")
    if refusal is not None:
        raise InputError(path, str(refusal[0]), str(refusal[1]))
    return answer


def _ready(path: Path) -> Worker:
    """The worker of this process, started where there is none."""
    global _worker
    if _worker is None or not _worker.alive:
        if _worker is not None:
            _drop()
        try:
            _worker = Worker([sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path)])
        except OSError as error:
            raise InputError(path, "needs a second process to be decoded, which cannot be started",
                             "End other programs, or export the file uncompressed") from error  # fmt: skip
    return _worker


def _drop() -> None:
    """End the worker."""
    global _worker
    worker, _worker = _worker, None
    if worker is not None:
        worker.end()


def _after_fork() -> None:
    """A forked process has neither the lock's holder nor the worker."""
    global _lock, _worker
    _lock, _worker = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
atexit.register(_drop)
