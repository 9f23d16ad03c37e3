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
