"""Memory: looks kept in a folder, so that an audit that was broken off goes on and a second one is quick.

Each file is a part: lines of JSON, written whole or not at all. A part that cannot be read is as good as none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from medunet.auditing.look import Look
from medunet.images import write_text


def recall(folder: Path) -> dict[str, Look]:
    """Key → look of every readable line below the folder; none where there is no folder."""
    found: dict[str, Look] = {}
    for part in sorted(folder.glob("*.jsonl")):
        try:
            lines = part.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        for line in lines:
            try:
                held = json.loads(line)
                found[str(held["key"])] = Look.from_dict(held["look"])
            except (ValueError, KeyError, TypeError):
                continue
    return found


def keep(folder: Path, looks: Mapping[str, Look]) -> None:
    """Write looks as a new part of the folder; nothing for none.

    Raises:
        OutputError: the folder cannot be written.
    """
    if not looks:
        return
    taken = [int(part.stem) for part in folder.glob("*.jsonl") if part.stem.isdigit()]
    lines = [json.dumps({"key": key, "look": look.to_dict()}, allow_nan=False) for key, look in looks.items()]
    write_text(folder / f"{max(taken, default=0) + 1:05d}.jsonl", "\n".join(lines) + "\n")
