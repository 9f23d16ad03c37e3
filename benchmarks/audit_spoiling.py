"""Defects for `audit_planted.py`: what is done to films, masks and tables, and the codes that should find it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.uint8]


@dataclass
class Site:
    """A set on disk that is being spoilt: images/NAME.png, masks/NAME.png, and perhaps a table."""

    root: Path
    names: list[str]
    table: list[dict[str, str]] | None
    rng: np.random.Generator

    def film(self, name: str) -> Array:
        """A film's grey (row, column)."""
        return np.asarray(PIL.Image.open(self.image(name)).convert("L"))

    def labels(self, name: str) -> Array:
        """A mask's labels (row, column)."""
        return np.asarray(PIL.Image.open(self.mask(name)))

    def image(self, name: str) -> Path:
        """A film's file."""
        return self.root / "images" / f"{name}.png"

    def mask(self, name: str) -> Path:
        """A mask's file."""
        return self.root / "masks" / f"{name}.png"

    def write(self, path: Path, array: NDArray[np.generic]) -> None:
        """Replace a file."""
        PIL.Image.fromarray(np.ascontiguousarray(array)).save(path, compress_level=1)

    def row(self, name: str) -> dict[str, str]:
        """A film's row of the table."""
        return next(row for row in self.table or () if row["id"] == name)

    def save_table(self) -> None:
        """Write the table, where there is one."""
        if self.table is not None:
            with (self.root / "cases.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, self.table[0])
                writer.writeheader()
                writer.writerows(self.table)


Plant = Callable[[Site, str, str], str]
"""Spoil the film `name` (another one is at hand); returns the word that a finding must name, mostly the film's id."""


@dataclass(frozen=True)
class Defect:
    """A defect and the codes any of which finds it; some need a table, some that there is none."""

    name: str
    codes: tuple[str, ...]
    plant: Plant
    table: bool | None = None


def both(act: Callable[[Array], Array]) -> Plant:
    """The same is done to film and mask."""

    def plant(site: Site, name: str, other: str) -> str:
        site.write(site.image(name), act(site.film(name)))
        site.write(site.mask(name), act(site.labels(name)))
        return name

    return plant


def film(act: Callable[[Array], NDArray[np.generic]]) -> Plant:
    """The film alone is spoilt."""

    def plant(site: Site, name: str, other: str) -> str:
        site.write(site.image(name), act(site.film(name)))
        return name

    return plant


def mask(act: Callable[[Array], Array]) -> Plant:
    """The mask alone is spoilt."""

    def plant(site: Site, name: str, other: str) -> str:
        site.write(site.mask(name), act(site.labels(name)))
        return name

    return plant


def copied(act: Callable[[Array, Array], tuple[Array, Array]], split: bool = False) -> Plant:
    """A copy of the film under another id and subject, perhaps in another split."""

    def plant(site: Site, name: str, other: str) -> str:
        twin = f"{name}x"
        grey, labels = act(site.film(name), site.labels(name))
        site.write(site.image(twin), grey)
        site.write(site.mask(twin), labels)
        if site.table is not None:
            place = site.row(name)["split"]
            if split:
                place = "test" if place != "test" else "train"
            site.table.append({"id": twin, "subject": f"s-{twin}", "split": place, "age": "60"})
        return twin

    return plant


def _moved(labels: Array, down: int, right: int) -> Array:
    return np.asarray(ndimage.shift(labels, (down, right), order=0))


def _scaled(labels: Array, factor: float) -> Array:
    middle = (np.array(labels.shape) - 1) / 2
    return np.asarray(ndimage.affine_transform(labels, np.eye(2) / factor, middle - middle / factor, order=0))


def _rotated(array: Array, degrees: float, order: int = 1) -> Array:
    return np.asarray(ndimage.rotate(array, degrees, reshape=False, order=order, mode="nearest"))


def _jpeg(grey: Array, quality: int) -> Array:
    buffer = io.BytesIO()
    PIL.Image.fromarray(grey).save(buffer, "JPEG", quality=quality)
    return np.asarray(PIL.Image.open(buffer))


def _resized(array: Array, size: int, way: PIL.Image.Resampling) -> Array:
    return np.asarray(PIL.Image.fromarray(array).resize((size, size), way))


def _grey(act: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Callable[[Array], Array]:
    return lambda f: np.clip(np.rint(act(f.astype(np.float64))), 0, 255).astype(np.uint8)


def _text_page(grey: Array) -> Array:
    page = PIL.Image.new("L", (grey.shape[1], grey.shape[0]), 255)
    words = PIL.ImageDraw.Draw(page)
    for line in range(12, grey.shape[0] - 20, 18):
        words.text((24, line), "Findings: heart and mediastinum are not enlarged. " * 2, fill=0)
    return np.asarray(page)


def _noise(grey: Array) -> Array:
    return np.random.default_rng(5).integers(0, 255, grey.shape).astype(np.uint8)


def _half_lost(grey: Array) -> Array:
    out = grey.copy()
    out[len(out) // 2 :] = 128
    return out


def _collimated(grey: Array) -> Array:
    out, n = grey.copy(), len(grey)
    out[: n // 9], out[:, -n // 9 :] = 2, 2
    return out


def _blob(labels: Array) -> Array:
    out, n = labels.copy(), len(labels)
    out[n - n // 8 : n - n // 16, n // 20 : n // 9] = 3
    return out


def _holes(labels: Array) -> Array:
    out = labels.copy()
    rows, columns = np.nonzero(ndimage.binary_erosion(labels == 1, iterations=len(labels) // 24))
    for k in (len(rows) // 4, len(rows) // 2, 3 * len(rows) // 4):
        out[rows[k] - 5 : rows[k] + 6, columns[k] - 5 : columns[k] + 6] = 0
    return out


def _upper_half(labels: Array) -> Array:
    rows = np.flatnonzero((labels == 2).any(axis=1))
    out = labels.copy()
    below = out[(rows[0] + rows[-1]) // 2 :]
    below[below == 2] = 0
    return out


def _mapped(*values: int) -> Callable[[Array], Array]:
    return lambda labels: np.array(values, np.uint8)[labels]


def _same(grey: Array, labels: Array) -> tuple[Array, Array]:
    return grey, labels


def _cut(array: Array) -> Array:
    n = len(array)
    return array[n // 25 : n - n // 30, n // 40 : n - n // 22]


def _other_mask(site: Site, name: str, other: str) -> str:
    site.write(site.mask(name), site.labels(other))
    return name


def _swapped_masks(site: Site, name: str, other: str) -> str:
    one, two = site.labels(name), site.labels(other)
    site.write(site.mask(name), two)
    site.write(site.mask(other), one)
    return name


def _jpeg_mask(site: Site, name: str, other: str) -> str:
    stretched = _mapped(0, 85, 170, 255)(site.labels(name))
    site.mask(name).unlink()
    PIL.Image.fromarray(stretched).save(site.mask(name).with_suffix(".jpg"), quality=75)
    return name


def _bytes(change: Callable[[bytes], bytes], of_mask: bool = False) -> Plant:
    def plant(site: Site, name: str, other: str) -> str:
        path = site.mask(name) if of_mask else site.image(name)
        path.write_bytes(change(path.read_bytes()))
        return name

    return plant


def _without(of_mask: bool) -> Plant:
    def plant(site: Site, name: str, other: str) -> str:
        (site.mask(name) if of_mask else site.image(name)).unlink()
        return name

    return plant


def _upper_case(site: Site, name: str, other: str) -> str:
    for path in (site.image(name), site.mask(name)):
        shutil.copy(site.image(other) if path == site.image(name) else site.mask(other),
                    path.with_name(f"{name.upper()}.png"))  # fmt: skip
    return name.upper()


def _cell(column: str, value: str) -> Plant:
    def plant(site: Site, name: str, other: str) -> str:
        row = site.row(name)
        line = (site.table or []).index(row) + 2
        row[column] = value
        return f"line {line}" if column != "age" else name

    return plant


def _twin_id(site: Site, name: str, other: str) -> str:
    if site.table is not None:
        site.table.append(dict(site.row(name)))
    return name


def _two_splits(site: Site, name: str, other: str) -> str:
    mine, theirs = site.row(name), site.row(other)
    theirs["subject"] = mine["subject"]
    theirs["split"] = "test" if mine["split"] != "test" else "train"
    return name


def _no_row(site: Site, name: str, other: str) -> str:
    if site.table is not None:
        site.table.remove(site.row(name))
    return name


NEAREST, BOX = PIL.Image.Resampling.NEAREST, PIL.Image.Resampling.BOX

DEFECTS = (
    Defect("film and mask mirrored", ("MU206",), both(lambda a: a[:, ::-1])),
    Defect("film mirrored, mask not", ("MU206", "MU309"), film(lambda f: f[:, ::-1])),
    Defect("mask mirrored, film not", ("MU206", "MU309"), mask(lambda m: m[:, ::-1])),
    Defect("the same, labels kept in place", ("MU206", "MU309"), mask(lambda m: _mapped(0, 2, 1, 3)(m[:, ::-1]))),
    Defect("upside down, with mask", ("MU205",), both(lambda a: a[::-1, ::-1])),
    Defect("flipped top to bottom, with mask", ("MU205",), both(lambda a: a[::-1])),
    Defect("upside down, mask not", ("MU205", "MU309"), film(lambda f: f[::-1, ::-1])),
    Defect("mask flipped top to bottom", ("MU309",), mask(lambda m: m[::-1])),
    Defect("turned by 90 degrees, with mask", ("MU205",), both(np.rot90)),
    Defect("mask turned by 90 degrees", ("MU309",), mask(np.rot90)),
    Defect("turned by 12 degrees, with mask", ("MU403",), both(lambda a: _rotated(a, 12, 0))),
    Defect("mask turned by 12 degrees", ("MU309",), mask(lambda m: _rotated(m, 12, 0))),
    Defect("inverted", ("MU204",), film(lambda f: 255 - f)),
    Defect("overexposed", ("MU202", "MU207"), film(_grey(lambda f: f * 2.2 + 60))),
    Defect("underexposed", ("MU202", "MU207"), film(_grey(lambda f: f * 0.3))),
    Defect("flat", ("MU202", "MU207"), film(_grey(lambda f: 110 + f * 0.15))),
    Defect("black", ("MU201",), film(np.zeros_like)),
    Defect("one grey", ("MU201",), film(lambda f: np.full_like(f, 128))),
    Defect("noise", ("MU207",), film(_noise)),
    Defect("page of text", ("MU207",), film(_text_page)),
    Defect("lower half lost", ("MU203", "MU207"), film(_half_lost)),
    Defect("black bands at two sides", ("MU203",), film(_collimated)),
    Defect("other size, with mask", ("MU209",), both(lambda a: _resized(a, 400, NEAREST))),
    Defect("64 pixels, with mask", ("MU209",), both(lambda a: _resized(a, 64, NEAREST))),
    Defect("film cut, mask not", ("MU301",), film(_cut)),
    Defect("colour that shows grey", ("MU210",), film(lambda f: np.stack([f, f, f], axis=-1))),
    Defect("colour", ("MU210",), film(lambda f: np.stack([f, f, f // 2], axis=-1))),
    Defect("16 bits, shifted", ("MU210",), film(lambda f: f.astype(np.uint16) << 8)),
    Defect("mask 20 pixels down", ("MU309",), mask(lambda m: _moved(m, 20, 0))),
    Defect("mask 20 pixels left", ("MU309",), mask(lambda m: _moved(m, 0, -20))),
    Defect("mask 15 pixels up and right", ("MU309",), mask(lambda m: _moved(m, -15, 15))),
    Defect("mask 60 pixels right", ("MU309",), mask(lambda m: _moved(m, 0, 60))),
    Defect("mask at 85 %", ("MU309",), mask(lambda m: _scaled(m, 0.85))),
    Defect("mask at 115 %", ("MU309",), mask(lambda m: _scaled(m, 1.15))),
    Defect("mask of another case", ("MU308", "MU309"), _other_mask),
    Defect("masks of two cases exchanged", ("MU309",), _swapped_masks),
    Defect("mask of half the size", ("MU301",), mask(lambda m: m[::2, ::2])),
    Defect("mask empty", ("MU303",), mask(np.zeros_like)),
    Defect("mask all heart", ("MU304", "MU404"), mask(lambda m: np.full_like(m, 3))),
    Defect("mask all right lung", ("MU304", "MU404"), mask(np.ones_like)),
    Defect("value 7", ("MU302",), mask(lambda m: np.where(m == 2, 7, m).astype(np.uint8))),
    Defect("values 0 and 255", ("MU302",), mask(lambda m: np.where(m > 0, 255, 0).astype(np.uint8))),
    Defect("mask as JPEG", ("MU302", "MU307"), _jpeg_mask),
    Defect("mask with ringing, as PNG", ("MU302",), mask(lambda m: _jpeg(_mapped(0, 85, 170, 255)(m), 75))),
    Defect("lungs' labels exchanged", ("MU310", "MU313"), mask(_mapped(0, 2, 1, 3))),
    Defect("heart and right lung exchanged", ("MU313",), mask(_mapped(0, 3, 2, 1))),
    Defect("heart and left lung exchanged", ("MU313",), mask(_mapped(0, 1, 3, 2))),
    Defect("all three labels turned", ("MU310", "MU313"), mask(_mapped(0, 2, 3, 1))),
    Defect("stray piece of heart", ("MU311",), mask(_blob)),
    Defect("holes in a lung", ("MU312",), mask(_holes)),
    Defect("left lung missing", ("MU304",), mask(_mapped(0, 1, 0, 3))),
    Defect("heart missing", ("MU304",), mask(_mapped(0, 1, 2, 0))),
    Defect("left lung half drawn", ("MU402", "MU404", "MU406"), mask(_upper_half)),
    Defect("heart far too large", ("MU401", "MU404", "MU406"),
           mask(lambda m: np.where(ndimage.binary_dilation(m == 3, iterations=32), 3, m).astype(np.uint8))),
    Defect("heart far too small", ("MU401", "MU404", "MU406"),
           mask(lambda m: np.where((m == 3) & ~ndimage.binary_erosion(m == 3, iterations=28), 0, m).astype(np.uint8))),
    Defect("exact copy", ("MU501",), copied(_same)),
    Defect("copy as JPEG", ("MU502",), copied(lambda f, m: (_jpeg(f, 40), m))),
    Defect("copy brighter", ("MU501", "MU502"), copied(lambda f, m: (_grey(lambda g: g * 1.1 + 12)(f), m))),
    Defect("copy with another gamma", ("MU502",), copied(lambda f, m: (_grey(lambda g: 255 * (g / 255) ** 0.7)(f), m))),
    Defect("copy with noise", ("MU502",),
           copied(lambda f, m: (_grey(lambda g: g + np.random.default_rng(1).normal(0, 10, g.shape))(f), m))),
    Defect("copy at 60 %", ("MU502",), copied(lambda f, m: (_resized(f, 307, BOX), _resized(m, 307, NEAREST)))),
    Defect("copy cut by some 4 % a side", ("MU502",), copied(lambda f, m: (_cut(f), _cut(m)))),
    Defect("copy turned by 1 degree", ("MU502",), copied(lambda f, m: (_rotated(f, 1), _rotated(m, 1, 0)))),
    Defect("copy turned by 3 degrees", ("MU502",), copied(lambda f, m: (_rotated(f, 3), _rotated(m, 3, 0)))),
    Defect("copy shifted by 10 pixels", ("MU502",), copied(lambda f, m: (np.roll(f, 10, 1), np.roll(m, 10, 1)))),
    Defect("copy mirrored", ("MU502",), copied(lambda f, m: (f[:, ::-1], m[:, ::-1]))),
    Defect("copy inverted", ("MU502",), copied(lambda f, m: (255 - f, m))),
    Defect("copy in another split", ("MU505",), copied(lambda f, m: (_jpeg(f, 60), m), split=True), table=True),
    Defect("film cut off in the middle", ("MU102",), _bytes(lambda b: b[: len(b) // 2])),
    Defect("film of no bytes", ("MU102",), _bytes(lambda b: b"")),
    Defect("film is a text", ("MU102",), _bytes(lambda b: b"not a picture\n")),
    Defect("film is a web page", ("MU102",), _bytes(lambda b: b"<!DOCTYPE html><html>404</html>")),
    Defect("one byte in the middle changed", ("MU102",),
           _bytes(lambda b: b[: len(b) // 2] + bytes([b[len(b) // 2] ^ 0x55]) + b[len(b) // 2 + 1 :])),
    Defect("mask cut off", ("MU102",), _bytes(lambda b: b[: len(b) // 2], of_mask=True)),
    Defect("mask of no bytes", ("MU102",), _bytes(lambda b: b"", of_mask=True)),
    Defect("film without a mask", ("MU306",), _without(of_mask=True)),
    Defect("mask without a film", ("MU103", "MU104", "MU314"), _without(of_mask=False)),
    Defect("name that differs in case only", ("MU104", "MU106", "MU501"), _upper_case),
    Defect("film without a row", ("MU104",), _no_row, table=True),
    Defect("subject blank", ("MU105",), _cell("subject", ""), table=True),
    Defect("unknown split", ("MU105",), _cell("split", "tarin"), table=True),
    Defect("age of 412", ("MU105",), _cell("age", "412"), table=True),
    Defect("id twice", ("MU106",), _twin_id, table=True),
    Defect("subject in two splits", ("MU504",), _two_splits, table=True),
)  # fmt: skip
"""Defects of one film."""


def _in_all(act: Callable[[Array], Array], of_mask: bool) -> Callable[[Site], None]:
    def spoil(site: Site) -> None:
        for name in site.names:
            path = site.mask(name) if of_mask else site.image(name)
            site.write(path, act(site.labels(name) if of_mask else site.film(name)))

    return spoil


WHOLE: tuple[tuple[str, tuple[str, ...], Callable[[Site], None]], ...] = (
    ("right and left exchanged in all masks", ("MU310", "MU313"), _in_all(_mapped(0, 2, 1, 3), True)),
    ("heart and right lung exchanged in all masks", ("MU313",), _in_all(_mapped(0, 3, 2, 1), True)),
    ("heart and left lung exchanged in all masks", ("MU313",), _in_all(_mapped(0, 1, 3, 2), True)),
    ("all films inverted", ("MU204",), _in_all(lambda f: 255 - f, False)),
    ("all masks 20 pixels down", ("MU309",), _in_all(lambda m: _moved(m, 20, 0), True)),
)
"""Defects of all films: what to call them, who finds them, what is done."""
