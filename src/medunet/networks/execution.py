"""How a network runs on this machine: device, precision, memory layout and the allocator.

On a processor with bf16 instructions a training step is about four times as fast with bf16 autocast, channels-last
tensors and an allocator that keeps its pages as with PyTorch's defaults; `benchmarks/chest_accuracy.py` and the speed
notes in the docs say what each part brings.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
from collections.abc import Callable, Iterator
from typing import Literal

import torch

from medunet.errors import UsageError

_DEVICES = "Use auto, cpu, cuda, cuda:N or mps"

# Parameters of glibc's mallopt and their values: no mmap for large blocks, never trim, grow by 256 MiB.
_MALLOPT = ((-4, 0), (-1, 2**31 - 1), (-2, 256 * 2**20))


def keep_allocator() -> bool:
    """Tell glibc to keep freed pages, so that the kernel need not zero them at every step.

    Call it before the first tensor is made.

    Returns:
        True where it was done; False elsewhere (not Linux, not glibc), which is no fault.
    """
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    return all(libc.mallopt(parameter, value) == 1 for parameter, value in _MALLOPT)


def choose_device(asked: str = "auto") -> torch.device:
    """The device to run on: "auto" takes a GPU where there is one, else "cpu", "cuda", "cuda:1", "mps".

    Raises:
        UsageError: the word names no device, or one that is not here.
    """
    if asked == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(asked)
    except RuntimeError as fault:
        raise UsageError("--device", f"{asked!r} is no device", _DEVICES) from fault
    here = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if device.type not in here:
        raise UsageError("--device", f"{asked!r} is no device that medunet runs on", _DEVICES)
    if (device.index or 0) >= here[device.type]:
        raise UsageError("--device", f"there is no {asked} here", "Use --device cpu or auto")
    return device


def choose_precision(asked: Literal["auto", "bf16", "float32"], device: torch.device) -> Literal["bf16", "float32"]:
    """bf16 where the processor or GPU computes in it natively, else float32; an explicit wish is kept."""
    if asked != "auto":
        return asked
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bf16" if device.type == "cpu" and _cpu_has_bf16() else "float32"


def _cpu_has_bf16() -> bool:
    # oneDNN also takes plain AVX512, where bf16 is emulated and slower than float32.
    if hasattr(torch.cpu, "get_capabilities"):  # not in every torch that pyproject allows
        capability = torch.cpu.get_capabilities()
        return any(capability.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def product_rate(
    device: torch.device, precision: Literal["bf16", "float32"], clock: Callable[[], float], side: int = 2048
) -> float:
    """Floating-point operations a second of a matrix product on `device`: what no network here can be faster than.

    Args:
        device: where to multiply.
        precision: of the numbers.
        clock: seconds.
        side: rows and columns of the matrices.
    """
    matrix = torch.ones(side, side, device=device, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
    times = []
    for _ in range(4):
        start = clock()
        product = matrix @ matrix
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(clock() - start)
    del product
    return 2 * side**3 / max(min(times), 1e-9)


@contextlib.contextmanager
def running(device: torch.device, precision: Literal["bf16", "float32"]) -> Iterator[None]:
    """Autocast for `precision` on `device`; losses, softmax and metrics belong outside of it, in float32.

    float32 means float32: NVIDIA's convolutions, which PyTorch lets round to TF32 (10 bits) by default, do not.
    """
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = before and precision == "bf16"
    try:
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            yield
    finally:
        torch.backends.cudnn.allow_tf32 = before
