"""Ranks: the processes that share a training, and the sums over what each of them holds.

Without `torch.distributed` there is one rank, and every function here does nothing.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed


def world() -> int:
    """How many processes share the training."""
    return distributed.get_world_size() if _shared() else 1


def rank() -> int:
    """This process's number, from 0."""
    return distributed.get_rank() if _shared() else 0


def summed(values: Tensor) -> Tensor:
    """The sum of `values` over all ranks; gradients flow through it to every rank."""
    if not _shared():
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


def agreed(value: float) -> float:
    """Rank 0's number, on every rank."""
    if not _shared():
        return value
    numbers = torch.tensor([value], dtype=torch.float64)
    distributed.broadcast(numbers, 0)
    return float(numbers)


def _shared() -> bool:
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1
