"""What training changes around itself while it runs, and puts back: messages, random state, the answer to Ctrl-C."""

from __future__ import annotations

import contextlib
import logging
import signal
import warnings
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Lightning's advertisements and advice off the terminal."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def own_randomness(device: torch.device) -> Iterator[None]:
    """Training seeds torch's generators; the caller's go on as if it had not."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        yield


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Lightning answers Ctrl-C by `sys.exit(1)` with the signal ignored; give the caller its KeyboardInterrupt."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as fault:
        raise KeyboardInterrupt from fault
    finally:
        with contextlib.suppress(ValueError):  # only the main thread may set a handler
            signal.signal(signal.SIGINT, handler)
