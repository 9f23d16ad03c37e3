"""What surrounds a command: versions, machine, clock, cache folder. Only workflows look at these."""

from __future__ import annotations

import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

PACKAGES = ("torch", "lightning", "numpy", "scipy", "pydicom", "nibabel", "pillow", "pydantic", "safetensors")


def versions() -> dict[str, str]:
    """medunet, Python and the packages that a result may depend on."""
    import medunet

    found = {"medunet": medunet.__version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, object]:
    """Kind of machine, without its name."""
    return {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count() or 1}


def host() -> str:
    """The machine's name, for the note that says who writes in a folder; it goes into no result."""
    return platform.node()


def boot() -> str:
    """What is another after every start of the machine, and the same in all of its containers; empty where unknown."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def runs(process: int) -> bool:
    """Whether a process of this number runs on this machine; True where that cannot be told."""
    if sys.platform == "win32":  # there, asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def processes(devices: int) -> tuple[int, int, int, int]:
    """Which of how many processes this one is, where a launcher has started several: rank, ranks, local, nodes.

    torchrun says it in the environment. Slurm does so too, but also where a single call is made inside an allocation;
    so it is heard only where several `devices` are asked for, and what it says is written down as torchrun would.
    """
    if "RANK" not in os.environ and devices > 1 and int(os.environ.get("SLURM_NTASKS", "1")) > 1:
        _as_torchrun_says_it()
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or "RANK" not in os.environ:
        return 0, 1, 0, 1
    rank, ranks = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    here = int(os.environ.get("LOCAL_WORLD_SIZE", ranks))
    return rank, ranks, int(os.environ.get("LOCAL_RANK", rank % here)), max(1, ranks // here)


def _as_torchrun_says_it() -> None:
    """The environment of torchrun from that of Slurm."""
    from lightning.fabric.plugins.environments.slurm import SLURMEnvironment

    job = os.environ.get("SLURM_JOB_ID", "0")
    nodes = int(os.environ.get("SLURM_NNODES", "1"))
    os.environ |= {
        "RANK": os.environ["SLURM_PROCID"],
        "WORLD_SIZE": os.environ["SLURM_NTASKS"],
        "LOCAL_RANK": os.environ["SLURM_LOCALID"],
        "LOCAL_WORLD_SIZE": str(int(os.environ["SLURM_NTASKS"]) // nodes),
        "MASTER_ADDR": SLURMEnvironment.resolve_root_node_address(os.environ.get("SLURM_NODELIST", "127.0.0.1")),
        "MASTER_PORT": str(15000 + int(job[-4:])),  # the same for all tasks of a job, another for other jobs
    }


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def clock() -> float:
    """Seconds that only go forward."""
    return time.monotonic()


def cache_folder() -> Path:
    """Where prepared cases are kept: `$XDG_CACHE_HOME/medunet`, by default below the user's home."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "medunet" / "samples"


def relative(path: Path) -> str:
    """A path as a person would write it: relative to the current folder where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
