"""Is a TIFF so plain that it can be read in this process: one page of uncompressed samples and few, short tags."""

from __future__ import annotations

import struct
from pathlib import Path

COMPRESSION, SUB_PAGES, UNCOMPRESSED = 259, 330, 1

MOST_TAGS = 100
LONGEST_TAG = 100_000
"""Values of one tag; a film of 65,535 rows with a strip for each stays below."""


def is_plain(path: Path) -> bool:
    """True for a classic TIFF of one uncompressed page; False for any other and for what cannot be followed."""
    try:
        with open(path, "rb") as file:
            order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(file.read(4))
            if order is None:
                return False
            file.seek(struct.unpack(f"{order}I", file.read(4))[0])
            (count,) = struct.unpack(f"{order}H", file.read(2))
            entries = file.read(12 * count) if count <= MOST_TAGS else b""
            (following,) = struct.unpack(f"{order}I", file.read(4))
    except (OSError, struct.error):
        return False
    tags = {}
    for at in range(0, len(entries), 12):
        tag, _, length, first = struct.unpack(f"{order}HHIH", entries[at : at + 10])
        tags[tag] = first
        if length > LONGEST_TAG:
            return False
    return bool(entries) and not following and SUB_PAGES not in tags and tags.get(COMPRESSION, 1) == UNCOMPRESSED
