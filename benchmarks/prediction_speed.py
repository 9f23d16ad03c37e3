"""How fast a film is predicted, warm and cold, by PyTorch and by other engines, and how much memory it takes.

    python benchmarks/prediction_speed.py [--films 20] [--side 1024] [--recipe chest-xray-small] [--rounds 3]

Weights are random: they make no difference to speed. Every row is a process of its own; the rows take turns. "Whole
film" is what `Model.predict` does: scale, network, restore to the film's own pixels. "Network" is its part in that.
ONNX Runtime and OpenVINO are tried where they are installed (`pip install onnx onnxscript onnxruntime openvino`), on
the same network in float32, and their masks are compared with PyTorch's. The last row is a cold call of `medunet
predict` with one film, from the start of the process to the written mask, overlay and report. Writes JSON beside it.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from training_speed import plan_of

ENGINES = ("torch float32", "torch bf16", "onnxruntime", "openvino")
NEEDS = {"onnxruntime": ("onnx", "onnxscript", "onnxruntime"), "openvino": ("onnx", "onnxscript", "openvino")}
COLD = "medunet predict, one film, cold"


def model_of(recipe: str) -> Any:
    """A model of the recipe's network with random weights."""
    import torch

    from medunet.images import Scheme
    from medunet.prediction import Model
    from medunet.training.fit import build

    plan = plan_of(recipe, batch=1)
    torch.manual_seed(1)
    return Model("random", (build(plan).eval(),), plan, Scheme.of(plan.classes), "0" * 64)


def exported(network: Any, size: tuple[int, ...], folder: Path) -> Path:
    """The network as an ONNX file."""
    import torch

    path = folder / "network.onnx"
    torch.onnx.export(network, (torch.rand(1, 1, *size),), str(path), dynamo=True, verbose=False)
    return path


def engine_of(name: str, model: Any, folder: Path) -> Any:
    """A function from an input (1, 1, *size) float32 to logits, as a torch tensor."""
    import torch

    from medunet.networks import running

    network, size = model.networks[0], model.plan.preprocessing.size
    if name.startswith("torch"):
        precision: Any = name.split()[1]

        def by_torch(x: Any) -> Any:
            with torch.inference_mode(), running(torch.device("cpu"), precision):
                return network(x.contiguous(memory_format=torch.channels_last)).float()

        return by_torch
    path = exported(network, size, folder)
    if name == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        key = session.get_inputs()[0].name
        return lambda x: torch.from_numpy(session.run(None, {key: x.numpy()})[0])
    import openvino

    compiled = openvino.compile_model(
        str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": torch.get_num_threads()}
    )
    return lambda x: torch.from_numpy(compiled(x.numpy())[0].copy())


def peak() -> int:
    """Largest resident memory of this process, in MiB (Linux; elsewhere 0)."""
    try:
        return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024  # type: ignore[index]
    except OSError:
        return 0


def one_engine(told: argparse.Namespace) -> dict[str, Any]:
    """Seconds of every film and of the network in it, and agreement with PyTorch's float32."""
    from medunet.networks import keep_allocator
    from medunet.phantoms import chest_film
    from medunet.planning import prepare, restore

    keep_allocator()
    model = model_of(told.recipe)
    films = [chest_film(1, n, size=told.side).image for n in range(3)]
    before = peak()
    with tempfile.TemporaryDirectory() as folder:
        engine, plain = engine_of(told.one, model, Path(folder)), engine_of(ENGINES[0], model, Path(folder))
        films_took, network_took, same = [], [], []
        for number in range(told.films + 2):
            film = films[number % len(films)]
            start = time.perf_counter()
            values, placement = prepare(film, model.plan.preprocessing)
            middle = time.perf_counter()
            logits = engine(values[None])
            network_took.append(time.perf_counter() - middle)
            scores = logits[0].softmax(0) if model.plan.output == "softmax" else logits[0].sigmoid()
            labels = model._values(restore(scores, placement))
            films_took.append(time.perf_counter() - start)
        after = peak()
        wanted = plain(values[None])[0]
        wanted = wanted.softmax(0) if model.plan.output == "softmax" else wanted.sigmoid()
        same = float((model._values(restore(wanted, placement)) == labels).mean())
    return {"film": films_took[2:], "network": network_took[2:], "same": same, "peak": after, "before": before}


def cold(told: argparse.Namespace) -> list[float]:
    """Seconds of whole calls of `medunet predict` with one film."""
    from medunet.images import write_png
    from medunet.phantoms import chest_film
    from medunet.prediction import save_model

    model = model_of(told.recipe)
    times = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_png(folder / "film.png", chest_film(1, 0, size=told.side).image)
        save_model(folder / "model", model.networks[0], model.plan, model.scheme, trained_on=(), card="random weights")
        for turn in range(told.rounds + 1):
            words = ["predict", str(folder / "film.png"), "--model", str(folder / "model")]
            line = [
                sys.executable,
                "-c",
                "from medunet.cli import main; main()",
                *words,
                "--out",
                str(folder / f"{turn}"),
            ]
            start = time.perf_counter()
            subprocess.run(line, capture_output=True, check=True)
            times.append(time.perf_counter() - start)
    return times[1:]


def main() -> None:
    """Parse; run one row, or all of them in turn and print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--films", type=int, default=20)
    words.add_argument("--side", type=int, default=1024, help="rows and columns of the films")
    words.add_argument("--recipe", default="chest-xray-small")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--json", type=Path, default=Path("scratch/prediction_speed.json"))
    words.add_argument("--one", help=argparse.SUPPRESS)
    told = words.parse_args()
    if told.one:
        print(json.dumps(one_engine(told)))
        return
    from medunet.workflows.surroundings import machine, versions

    here = [name for name in ENGINES if all(importlib.util.find_spec(need) for need in NEEDS.get(name, ()))]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in here}
    shared = ["--recipe", told.recipe, "--films", str(told.films), "--side", str(told.side)]
    for _ in range(told.rounds):
        for name in here:
            line = [sys.executable, __file__, "--one", name, *shared]
            done = subprocess.run(line, capture_output=True, text=True, check=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    print(f"{told.recipe}, films of {told.side} x {told.side}, median of {told.rounds} x {told.films}")
    print(
        f"{'':34}{'films/s':>9}{'ms a film':>11}{'network ms':>12}{'same pixels':>13}{'peak MiB':>10}{'by films':>10}"
    )
    rows = []
    for name, runs in found.items():
        film, network = (statistics.median(t for run in runs for t in run[key]) for key in ("film", "network"))
        same, most = min(run["same"] for run in runs), max(run["peak"] for run in runs)
        grown = max(run["peak"] - run["before"] for run in runs)
        rows.append({"row": name, "film": film, "network": network, "same": same, "peak": most, "grown": grown})
        print(f"{name:34}{1 / film:9.1f}{1000 * film:11.1f}{1000 * network:12.1f}{same:13.4%}{most:10}{grown:10}")
    for name in ENGINES[2:]:
        if name not in here:
            print(f"{name:34}  not installed: {', '.join(NEEDS[name])}")
    calls = cold(told)
    print(f"{COLD:34}{'':9}{1000 * statistics.median(calls):11.0f}")
    told.json.parent.mkdir(parents=True, exist_ok=True)
    result = {"rows": rows, "cold": calls, "runs": found, "versions": versions(), "machine": machine()}
    told.json.write_text(json.dumps(result, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
