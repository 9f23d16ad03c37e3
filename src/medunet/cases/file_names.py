"""Names of files from names of cases: what a table says must not lead elsewhere, nor break a file system."""

from __future__ import annotations

import hashlib
import re
import unicodedata

MOST_BYTES = 120
"""Bytes of a name; file systems take 255, and endings, numbers and temporary names are put to it."""

_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names of devices, which Windows takes for the device whatever their ending."""


def file_name(name: str) -> str:
    """A name that is one file name everywhere: without separators, control and direction signs, and not too long.

    A name that is one already comes back as it is.
    """
    safe = _FORBIDDEN.sub("_", name)
    # Control signs, and signs that turn the direction of writing: ``gpj.exe`` shown as ``exe.jpg``.
    safe = "".join("_" if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in safe)
    safe = safe.lstrip(".").strip().rstrip(". ")
    if _RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    if len(safe.encode()) > MOST_BYTES:
        mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        safe = safe.encode()[: MOST_BYTES - 9].decode("utf-8", "ignore") + "-" + mark
    return safe or "case"
