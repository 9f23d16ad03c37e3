"""Launch: the processes that share a training on this machine, started and watched by the one that was called.

The caller is rank 0 and writes; the others are told the call as JSON, do the same work on their part of every batch,
and write nothing. One that dies is noticed within a second and named, and none outlives the call.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from medunet.errors import TrainingError

LOOK_EVERY = 0.5
"""Seconds between two looks at the other processes."""
FOLLOW = "from medunet.workflows.follower import follow; follow()"


@dataclass(eq=False)
class Crew:
    """The other processes of a training, and the first of them that was found dead."""

    processes: list[subprocess.Popen[bytes]]
    errors: Sequence[IO[bytes]]
    ended: threading.Event = field(default_factory=threading.Event)
    dead: int | None = None

    def watch(self) -> None:
        """Look after the processes until the training ends; when one has died, end the others."""
        while not self.ended.wait(LOOK_EVERY):
            for number, process in enumerate(self.processes):
                if process.poll() not in (None, 0):
                    self.dead = number
                    self.stop()
                    return

    def stop(self) -> None:
        """End what still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()

    def complaint(self) -> TrainingError | None:
        """Which process died and of what, or None where all are well."""
        if self.dead is None:
            return None
        process = self.processes[self.dead]
        code = process.wait()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        self.errors[self.dead].seek(0)
        lines = self.errors[self.dead].read().decode("utf-8", "replace").strip().splitlines()
        last = f": {lines[-1].removeprefix('medunet: ')}" if lines and code > 0 else ""
        what = f"{how}{last}"
        remedy = "Go on with --resume" + (", with fewer devices if memory ran out" if code == -signal.SIGKILL else "")
        return TrainingError(f"process {self.dead + 1} of {len(self.processes)} beside the first", what, remedy)


@contextlib.contextmanager
def crew(call: Mapping[str, Any], devices: int) -> Iterator[Crew]:
    """Start `devices` − 1 processes that follow `call` (arguments of `train`, plain JSON), and end them with the block.

    Raises:
        TrainingError: one of them died; raised in place of what that did to this process.
    """
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
    sizes = {"WORLD_SIZE": str(devices), "LOCAL_WORLD_SIZE": str(devices)}
    threads = max(1, _cores() // devices)
    ours = {**address, **sizes, "RANK": "0", "LOCAL_RANK": "0", "OMP_NUM_THREADS": str(threads)}
    with _environment(ours), _threads(threads), contextlib.ExitStack() as stack:
        errors = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(devices - 1)]
        theirs = [{"RANK": str(n), "LOCAL_RANK": str(n)} for n in range(1, devices)]
        started: list[subprocess.Popen[bytes]] = []
        together = Crew(started, errors)
        watching = threading.Thread(target=together.watch, daemon=True)
        watching.start()
        try:
            for one, file in zip(theirs, errors, strict=True):
                started.append(_start(call, os.environ | one, file))
            yield together
        except BaseException as fault:
            # What this process sees of a dead one is a broken connection; give the watch time to see more.
            if not isinstance(fault, KeyboardInterrupt):
                watching.join(4 * LOOK_EVERY)
            if (complaint := together.complaint()) is not None:
                raise complaint from fault
            raise
        finally:
            together.ended.set()
            together.stop()
            watching.join()
            for process in started:
                process.wait()


def _start(call: Mapping[str, Any], environment: Mapping[str, str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", FOLLOW],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,  # Ctrl-C is for the first process, which ends the others
    )
    if process.stdin is not None:  # a pipe, as asked for
        with contextlib.suppress(BrokenPipeError), process.stdin as told:  # it may have died already
            told.write(json.dumps(call).encode())
    return process


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    """Compute with `count` threads: the processes share the processor."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
