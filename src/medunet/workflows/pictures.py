"""Pictures of cases for a page: the film, what was found on it, and the lines that were measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from medunet.cases import Case
from medunet.errors import InputError
from medunet.images import LabelMap, Scheme, read_pixels
from medunet.reports import LARGE, THUMBNAIL, Picture, film_picture
from medunet.workflows.measured import Statements, measure_case
from medunet.workflows.measurement_page import FEW
from medunet.workflows.remarks import own_remarks, shared_remarks


def read_mask(path: Path, scheme: Scheme) -> LabelMap:
    """A mask that medunet wrote, by its scheme.

    Raises:
        InputError: it cannot be read or holds other values.
    """
    pixels = read_pixels(path)
    dtype = np.uint8 if max(scheme.values) < 256 else np.uint16
    try:
        return LabelMap(pixels.array.astype(dtype), pixels.grid, scheme)
    except ValueError as fault:
        raise InputError(path, str(fault), "Remove it and call the command again") from fault


def film_with_mask(case: Case, mask: Path, scheme: Scheme, table: Sequence[Mapping[str, Any]]) -> Picture | None:
    """The film of `case` with its mask, its calipers, and its ratio as a fact; None where a file has gone."""
    try:
        image, labels = case.read_image(), read_mask(mask, scheme)
    except InputError:
        return None
    measured = measure_case(labels, image, case, Statements())
    calipers = next((one.calipers for one in measured if one.name == "ctr"), ())
    row = next((r for r in table if r["case"] == case.id and r["measurement"] == "ctr"), None)
    ratios = [one for one in table if one["measurement"] == "ctr"]
    facts = []
    if row is not None:
        facts.append(("CTR", "none" if row["value"] is None else f"{float(row['value']):.3f}"))
        if row["status"] != "ok":
            facts.append((str(row["status"]), own_remarks(row, shared_remarks(ratios))))
    largest = picture_side(len(ratios))
    return film_picture(case.id, image, labels, calipers=calipers, caption=case.id, facts=facts, largest=largest)


def picture_side(films: int) -> int:
    """The longer side of a picture on a page of so many films, in pixels."""
    return LARGE if films <= FEW else THUMBNAIL
