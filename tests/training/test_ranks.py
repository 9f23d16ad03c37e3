"""What several processes add up; two real ones over loopback, told what to do by a small program."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import torch

from medunet.training.ranks import agreed, copies, gathered, rank, summed, told, world

PROGRAM = """
import json, os, sys
import torch
from torch import distributed
from medunet.training.losses import LossTerms, total_loss
from medunet.training.ranks import agreed, gathered, rank, summed, world
torch.set_num_threads(1)
distributed.init_process_group("gloo")
number = rank()
value = torch.tensor([1.0 + number], requires_grad=True)
total = summed(value)
(total * total).sum().backward()
generator = torch.Generator().manual_seed(1)
logits = torch.randn(4, 3, 6, 6, generator=generator)
target = torch.randint(0, 3, (4, 6, 6), generator=generator)
terms = LossTerms("softmax", class_weights=(0.3, 2.0, 1.0))
own = logits[number::2].clone().requires_grad_()
total_loss({"ce": 1.0, "dice": 1.0, "focal": 1.0}, own, target[number::2], terms).backward()
with torch.no_grad():
    apart = float(summed(torch.tensor(1.0 + number)))  # in validation, of which ranks may have different numbers
print(json.dumps({
    "apart": apart,
    "world": world(), "rank": number, "total": float(total), "gradient": float(value.grad),
    "gathered": gathered({"rank": number}), "agreed": agreed(0.5 + number), "own": own.grad.flatten().tolist(),
}))
"""


@pytest.fixture(scope="module")
def two():
    """What each of two processes says, in their order."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **address, "RANK": str(number)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    return [json.loads(process.communicate(timeout=120)[0]) for process in started]


def test_alone_there_is_one_and_nothing_changes():
    values = torch.tensor([1.0, 2.0], requires_grad=True)
    assert (world(), rank(), copies(), gathered("x"), agreed(0.25)) == (1, 0, 1, ["x"], 0.25)
    assert told({"a": 1}) == {"a": 1}
    assert summed(values) is values


def test_two_processes_know_each_other(two):
    assert [(one["world"], one["rank"]) for one in two] == [(2, 0), (2, 1)]
    assert all(one["gathered"] == [{"rank": 0}, {"rank": 1}] for one in two)
    assert [one["agreed"] for one in two] == [0.5, 0.5]


def test_a_sum_over_processes_has_the_gradient_of_all_of_them(two):
    assert [one["total"] for one in two] == [3.0, 3.0]
    assert [one["apart"] for one in two] == [1.0, 2.0]
    # Each process holds the square of the sum, 2 · 3 · (1 + 1).
    assert [one["gradient"] for one in two] == [12.0, 12.0]


def test_the_mean_of_the_processes_gradients_is_that_of_one(two):
    from medunet.training.losses import LossTerms, total_loss

    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(4, 3, 6, 6, generator=generator).requires_grad_()
    target = torch.randint(0, 3, (4, 6, 6), generator=generator)
    terms = LossTerms("softmax", class_weights=(0.3, 2.0, 1.0))
    total_loss({"ce": 1.0, "dice": 1.0, "focal": 1.0}, logits, target, terms).backward()
    for number, one in enumerate(two):
        own = torch.tensor(one["own"]).view(2, 3, 6, 6)
        # A process's gradient counts half as much in the mean of two.
        assert torch.allclose(own / 2, logits.grad[number::2], atol=1e-6)
