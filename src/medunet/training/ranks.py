"""Ranks: the processes that share a training, and the sums over what each of them holds.

Without `torch.distributed` there is one rank, and every function here does nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed

from medunet.training.batches import Share

PATIENCE = timedelta(minutes=30)
"""How long one process waits for another that still runs; a process that died is noticed at once."""


@contextlib.contextmanager
def joined(share: Share, device: torch.device) -> Iterator[None]:
    """Join the processes that share a training, by the addresses in the environment; alone nothing happens."""
    if share.ranks == 1:
        yield
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()


def world() -> int:
    """How many processes share the training."""
    return distributed.get_world_size() if _shared() else 1


def rank() -> int:
    """This process's number, from 0."""
    return distributed.get_rank() if _shared() else 0


def copies() -> int:
    """How many ranks' values `summed` adds up here: all in a training step, one's own elsewhere."""
    return world() if torch.is_grad_enabled() else 1


def summed(values: Tensor) -> Tensor:
    """The sum of `values` over all ranks in a training step; gradients flow through it to every rank.

    Without gradients nothing is added up: ranks may validate different numbers of batches.
    """
    if copies() == 1:
        return values
    from torch.distributed.nn.functional import all_reduce

    total: Tensor = all_reduce(values)  # type: ignore[no-untyped-call]
    return total


def gathered(value: Any) -> list[Any]:
    """The values of all ranks in their order, on every rank; plain values and CPU tensors."""
    if not _shared():
        return [value]
    found: list[Any] = [None] * world()
    distributed.all_gather_object(found, value)
    return found


def told(value: Any = None) -> Any:
    """What rank 0 says, on every rank; plain values."""
    if not _shared():
        return value
    said = [value]
    distributed.broadcast_object_list(said, 0)
    return said[0]


def agreed(value: float) -> float:
    """Rank 0's number, on every rank."""
    if not _shared():
        return value
    return float(told(value))


def _shared() -> bool:
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1
