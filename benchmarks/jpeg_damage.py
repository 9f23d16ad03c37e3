"""How much damage in the middle of a JPEG is noticed: bytes of real films are changed, and each film is read.

    python benchmarks/jpeg_damage.py PATH/TO/FILMS [--films 5] [--places 200] [--out FOLDER]

PATH/TO/FILMS is a folder of JPEGs, of which the first, and others at equal distances, are taken. In each, at random
places of its pixels, one byte is changed, or 512 bytes are zeroed, lost, or replaced by random ones. Prints how many of
the changes are refused, of those after which a decoder shows another picture or none; the rest is read as it is. The
last line is what the search for damage costs. Writes JSON with versions and machine beside it.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image

from medunet.errors import InputError
from medunet.images import read_image, write_json
from medunet.images.jpeg_whole import decode, fault_of
from medunet.workflows.surroundings import machine, versions

SECTOR = 512
Change = Callable[[bytes, int, np.random.Generator], bytes]


def _one_byte(data: bytes, at: int, rng: np.random.Generator) -> bytes:
    return data[:at] + bytes([data[at] ^ int(rng.integers(1, 256))]) + data[at + 1 :]


def _zeroed(data: bytes, at: int, rng: np.random.Generator) -> bytes:
    return data[:at] + bytes(SECTOR) + data[at + SECTOR :]


def _lost(data: bytes, at: int, rng: np.random.Generator) -> bytes:
    return data[:at] + data[at + SECTOR :]


def _random(data: bytes, at: int, rng: np.random.Generator) -> bytes:
    return data[:at] + rng.bytes(SECTOR) + data[at + SECTOR :]


CHANGES: dict[str, Change] = {
    "one byte changed": _one_byte,
    "512 bytes zeroed": _zeroed,
    "512 bytes lost": _lost,
    "512 bytes at random": _random,
}


def tried(data: bytes, change: Change, places: int, path: Path) -> tuple[int, int]:
    """How many of so many changes are refused, and how many of them change anything."""
    rng = np.random.default_rng(0)
    start, before = data.index(b"\xff\xda") + 20, np.asarray(PIL.Image.open(io.BytesIO(data)))
    refused = wrong = 0
    for at in rng.integers(start, len(data) - SECTOR - 2, places):
        path.write_bytes(change(data, int(at), rng))
        try:
            wrong += not np.array_equal(read_image(path).array[0], before)
        except InputError:
            refused += 1
    return refused, refused + wrong


def main() -> None:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", type=Path)
    words.add_argument("--films", type=int, default=5)
    words.add_argument("--places", type=int, default=200)
    words.add_argument("--out", type=Path)
    asked = words.parse_args()
    films = sorted(asked.folder.glob("*.jpg"))
    films = films[:: max(1, len(films) // asked.films)][: asked.films]
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, change in CHANGES.items():
            counts = [tried(film.read_bytes(), change, asked.places, Path(folder) / "film.jpg") for film in films]
            refused, all_ = (sum(column) for column in zip(*counts, strict=True))
            print(f"{name:22} {refused:5} of {all_:5} refused, {refused / all_:6.1%}")
            rows.append({"damage": name, "refused": refused, "changed": all_})
    times = np.zeros(2)
    for film in films:
        start = time.perf_counter()
        array = decode(data := film.read_bytes())
        middle = time.perf_counter()
        if fault_of(data, array):
            raise SystemExit(f"{film.name} is refused as it is")
        times += middle - start, time.perf_counter() - middle
    decoding, searching = (1000 * times / len(films)).tolist()
    print(f"decoding takes {decoding:.1f} ms a film, the search for damage {searching:.1f} ms more")
    rows.append({"decoding_ms": decoding, "searching_ms": searching})
    out = asked.out or Path(tempfile.mkdtemp())
    write_json(out / "jpeg_damage.json", {"rows": rows, "machine": machine(), "versions": versions()})
    print(out / "jpeg_damage.json")


if __name__ == "__main__":
    main()
