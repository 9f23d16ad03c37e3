"""How fast a training step is: plain PyTorch, what each measure brings, and medunet with everything around the step.

    python benchmarks/training_speed.py [--rounds 3] [--steps 6] [--recipe lungs] [--batch 8] [--device auto]

The network is that of the recipe (`lungs`: 7.8 million parameters, 256 × 256), trained on random pictures. Every row is
a process of its own, since the allocator is one per process; the rows take turns, round after round, so that a machine
that slows down slows all of them. Ratios are of each row's fastest step within this run, which other work disturbs
least; medians stand beside them. The rate of a matrix product is measured in the same processes: no network here can be
faster. The last row is the whole of `medunet train`: loading,
augmentation, Lightning, checkpoints left out; its loader and augmentation times are shown. Writes JSON beside it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

VARIANTS = {
    "plain eager, float32": {"precision": "float32"},
    "float32, channels last": {"precision": "float32", "channels_last": True},
    "float32, channels last, kept allocator": {"precision": "float32", "channels_last": True, "allocator": True},
    "bf16, channels last": {"precision": "bf16", "channels_last": True},
    "bf16, channels last, kept allocator": {"precision": "bf16", "channels_last": True, "allocator": True},
}
WHOLE = "medunet train, all of it"
UNTIMED = 2
TOUCHED = 4 * 2**30
"""Bytes that are touched before a step is looked at in detail."""


def plan_of(recipe: str, batch: int) -> Any:
    """The recipe's plan for random pictures of its size, one epoch."""
    from medunet.planning import Plan, Preprocessing, UNetConfig, read_recipe

    asked = read_recipe(recipe, [f"batch={batch}", "epochs=1"])
    classes = asked.structures or ("lung", "heart")
    outputs = len(classes) + (asked.output == "softmax")
    return Plan(
        recipe=recipe,
        classes=classes,
        output=asked.output,
        network=UNetConfig(**asked.network.model_dump(), in_channels=1, out_channels=outputs),
        preprocessing=Preprocessing(size=asked.input.size, fit=asked.input.fit, intensity=asked.input.intensity),
        augmentation=asked.augmentation,
        training=asked.training,
        passes=1,
    )


def samples_of(plan: Any, count: int) -> list[Any]:
    """Random prepared cases."""
    import torch

    from medunet.planning import Sample

    generator = torch.Generator().manual_seed(1)
    size = plan.preprocessing.size
    return [
        Sample(
            f"case-{n}",
            torch.rand(1, *size, generator=generator).half(),
            torch.randint(0, len(plan.classes) + 1, size, generator=generator, dtype=torch.uint8),
        )
        for n in range(count)
    ]


def one_variant(told: argparse.Namespace) -> dict[str, Any]:
    """Seconds of each step of one row, in this process."""
    import torch

    from medunet.networks import choose_device, keep_allocator, product_rate, running
    from medunet.training.fit import build
    from medunet.training.objective import objective_of
    from medunet.training.schedules import make_optimiser

    how = VARIANTS[told.one]
    if how.get("allocator"):
        keep_allocator()
    device = choose_device(told.device)
    plan = plan_of(told.recipe, told.batch)
    layout = torch.channels_last if how.get("channels_last") else torch.contiguous_format
    network = build(plan).to(device).to(memory_format=layout)  # type: ignore[call-overload]
    optimiser = make_optimiser(network, plan.training)
    cases = samples_of(plan, told.batch)
    images = torch.stack([case.image.float() for case in cases]).to(device).contiguous(memory_format=layout)
    targets = torch.stack([case.target for case in cases]).to(device)
    objective, times = objective_of(plan), []
    for _ in range(UNTIMED + told.steps):
        start = time.perf_counter()
        with running(device, how["precision"]):
            outputs = network.outputs(images)
        objective.loss(outputs, targets).backward()
        optimiser.step()
        optimiser.zero_grad()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    rate = product_rate(device, how["precision"], time.perf_counter, side=4096)
    return {"steps": times[UNTIMED:], "rate": rate, "device": str(device)}


def whole_training(told: argparse.Namespace) -> dict[str, Any]:
    """Seconds of each step of a real training by `fit`, with those of loading and augmenting a batch."""
    from medunet.networks import choose_device, choose_precision, keep_allocator, product_rate
    from medunet.training import task
    from medunet.training.batches import Batches
    from medunet.training.fit import Machine, fit
    from medunet.workflows.recorder import Deaf

    keep_allocator()
    device = choose_device(told.device)
    count = told.batch * (UNTIMED + told.steps)
    plan = plan_of(told.recipe, told.batch)
    cases = samples_of(plan, told.batch)
    ends: list[float] = []
    loading: list[float] = []
    augmenting: list[float] = []

    class Clocked(Deaf):
        def step(self, epoch: int, step: int, steps: int, loss: float) -> None:
            ends.append(time.perf_counter())

    def timed(call: Any, into: list[float]) -> Any:
        def run(*arguments: Any) -> Any:
            start = time.perf_counter()
            result = call(*arguments)
            into.append(time.perf_counter() - start)
            return result

        return run

    Batches.__getitem__ = timed(Batches.__getitem__, loading)  # type: ignore[method-assign]
    task.apply = timed(task.apply, augmenting)
    precision = choose_precision("auto", device)
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(device, precision, time.perf_counter)
        load = lambda number: cases[number % len(cases)]  # noqa: E731
        fit(plan, (load, count), (load, 1), Path(folder), machine, Clocked())
    steps = [b - a for a, b in itertools.pairwise(ends)][UNTIMED - 1 :]
    rate = product_rate(device, precision, time.perf_counter, side=4096)
    return {
        "steps": steps,
        "rate": rate,
        "device": str(device),
        "precision": precision,
        "loading": statistics.median(loading[1:-1]),
        "augmenting": statistics.median(augmenting[1:]),
    }


def print_profile(told: argparse.Namespace) -> None:
    """Where the time of a step goes: of every call of an operator the fastest of six steps, by PyTorch's profiler.

    A step under the profiler takes more memory than one without it, and pages that are touched for the first time would
    be counted to the operators that touch them: so they are touched beforehand.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    from medunet.networks import choose_precision, keep_allocator, running
    from medunet.training.fit import build
    from medunet.training.objective import objective_of
    from medunet.training.schedules import make_optimiser

    keep_allocator()
    device = torch.device("cpu")
    plan = plan_of(told.recipe, told.batch)
    network, objective = build(plan).to(memory_format=torch.channels_last), objective_of(plan)  # type: ignore[call-overload]
    optimiser = make_optimiser(network, plan.training)
    cases = samples_of(plan, told.batch)
    images = torch.stack([case.image.float() for case in cases]).contiguous(memory_format=torch.channels_last)
    targets = torch.stack([case.target for case in cases])

    def step() -> None:
        with running(device, choose_precision("auto", device)):
            outputs = network.outputs(images)
        objective.loss(outputs, targets).backward()
        optimiser.step()
        optimiser.zero_grad()

    torch.ones(TOUCHED // 4)
    fastest: dict[tuple[str, int], float] = {}
    for number in range(UNTIMED + 6):
        if number < UNTIMED:
            step()
            continue
        with profile(activities=[ProfilerActivity.CPU]) as seen:
            step()
        calls: Counter[str] = Counter()
        for event in seen.events() or ():
            key = event.name, calls[event.name]
            calls[event.name] += 1
            fastest[key] = min(fastest.get(key, float("inf")), event.self_cpu_time_total)
    sums: Counter[str] = Counter()
    for (name, _), time_taken in fastest.items():
        sums[name] += time_taken
    total = sum(sums.values())
    print(f"{total / 1e6:.3f} s")
    for name, time_taken in sums.most_common(12):
        print(f"{name:44}{time_taken / total:7.1%}")


def flop_of(recipe: str, batch: int) -> float:
    """Operations of a training step: three times the network's on every picture."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from medunet.networks import UNet

    plan = plan_of(recipe, batch)
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        UNet(plan.network).eval()(torch.zeros(1, 1, *plan.preprocessing.size))
    return 3.0 * batch * counter.get_total_flops()


def rounds_of(told: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    """What every row's processes printed, round after round."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in (*VARIANTS, WHOLE)}
    shared = ["--recipe", told.recipe, "--batch", str(told.batch), "--steps", str(told.steps), "--device", told.device]
    for _ in range(told.rounds):
        for name in found:
            line = [sys.executable, __file__, "--one", name, *shared]
            done = subprocess.run(line, capture_output=True, text=True, check=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    return found


def main() -> None:
    """Parse; run one row, or all of them in turn and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--steps", type=int, default=6)
    words.add_argument("--recipe", default="lungs")
    words.add_argument("--batch", type=int, default=8)
    words.add_argument("--device", default="auto")
    words.add_argument("--json", type=Path, default=Path("scratch/training_speed.json"))
    words.add_argument("--profile", action="store_true", help="say where the time of a step goes instead")
    words.add_argument("--one", help=argparse.SUPPRESS)
    told = words.parse_args()
    if told.profile:
        print_profile(told)
        return
    if told.one:
        print(json.dumps(whole_training(told) if told.one == WHOLE else one_variant(told)))
        return
    from medunet.workflows.surroundings import machine, versions

    found, flop = rounds_of(told), flop_of(told.recipe, told.batch)
    plain = min(step for run in found["plain eager, float32"] for step in run["steps"])
    print(f"{told.recipe}, batch {told.batch}: {flop / 1e9:.0f} GFLOP a step; {found[WHOLE][0]['device']}")
    heads = f"{'s a step':>9}{'median':>8}{'images/s':>10}{'faster':>8}{'GFLOP/s':>9}{'matrix product':>16}{'share':>7}"
    print(f"{'':42}{heads}")
    rows = []
    for name, runs in found.items():
        step = min(step for run in runs for step in run["steps"])
        middle = statistics.median(step for run in runs for step in run["steps"])
        rate = max(run["rate"] for run in runs)
        rows.append(
            {
                "row": name,
                "seconds": step,
                "median": middle,
                "faster": plain / step,
                "share": flop / step / rate,
                "rate": rate,
            }
        )
        print(
            f"{name:42}{step:9.3f}{middle:8.3f}{told.batch / step:10.1f}{plain / step:7.1f}x{flop / step / 1e9:9.0f}"
            f"{rate / 1e9:12.0f} /s {flop / step / rate:6.0%}"
        )
    whole = found[WHOLE]
    parts = {name: min(run[name] for run in whole) for name in ("loading", "augmenting")}
    step = rows[-1]["seconds"]
    print(
        f"of a step of medunet train: waiting for the loader {1000 * parts['loading']:.1f} ms "
        f"({parts['loading'] / step:.1%}), augmenting {1000 * parts['augmenting']:.1f} ms "
        f"({parts['augmenting'] / step:.1%})"
    )
    told.json.parent.mkdir(parents=True, exist_ok=True)
    result = {"rows": rows, "parts": parts, "runs": found, "versions": versions(), "machine": machine()}
    told.json.write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
