"""Caliper lines as a radiologist draws them: the heart's two halves from the midline, the thorax at its widest level.

Points are (row, column) with the centre of the first pixel at (0, 0); ends lie on the outer edges of border pixels.
"""

from __future__ import annotations

from medunet.measuring.chest import Chest
from medunet.measuring.measurement import Caliper
from medunet.measuring.midline import Midline, reach


def vertical_through_heart(chest: Chest) -> Midline:
    """The vertical that meets the body's midline at half the heart's height: where extents have their middle line."""
    rows = chest.heart_outline.rows
    return Midline(chest.midline.column_at(float(rows[0] + rows[-1]) / 2))


def heart_halves(chest: Chest, line: Midline) -> tuple[Caliper, ...]:
    """MRD and MLD: from the line to the heart's furthest borders, square to the line; a half of 0 is not drawn."""
    heart = reach(chest.heart_outline, line, chest.scale)
    halves = (("MRD", heart.low, heart.low_at), ("MLD", heart.high, heart.high_at))
    drawn = [half for half, there in zip(halves, (heart.low < 0, heart.high > 0), strict=True) if there]
    return tuple(
        Caliper(line.at_distance(at, 0.0, chest.scale), line.at_distance(at, distance, chest.scale), label)
        for label, distance, at in drawn
    )


def heart_line(chest: Chest) -> Caliper:
    """The heart's horizontal extent in one line, on its widest row."""
    outline = chest.heart_outline
    return _level(outline.rows[outline.widest], outline.first.min(), outline.last.max(), "heart")


def heart_extent(chest: Chest) -> tuple[Caliper, ...]:
    """The heart's horizontal extent: two halves where the midline runs inside it, else one line."""
    line = vertical_through_heart(chest)
    halves = heart_halves(chest, line)
    return halves if len(halves) == 2 else (heart_line(chest),)


def thorax_extent(chest: Chest) -> Caliper:
    """The lungs' horizontal extent over all rows, drawn at the widest level."""
    lungs = chest.lung_outline
    return _level(lungs.rows[lungs.widest], lungs.first.min(), lungs.last.max(), "thorax")


def thorax_widest(chest: Chest) -> Caliper:
    """The widest single row from lung to lung."""
    lungs = chest.lung_outline
    return _level(lungs.rows[lungs.widest], lungs.first[lungs.widest], lungs.last[lungs.widest], "thorax")


def thorax_across(chest: Chest, line: Midline) -> Caliper:
    """The lungs' whole width square to a line, drawn through the middle of the widest row."""
    lungs = chest.lung_outline
    whole = reach(lungs, line, chest.scale)
    row = float(lungs.rows[lungs.widest])
    at = (row, float(lungs.first[lungs.widest] + lungs.last[lungs.widest]) / 2)
    return Caliper(
        line.at_distance(at, whole.low, chest.scale), line.at_distance(at, whole.high, chest.scale), "thorax"
    )


def midline(chest: Chest, line: Midline) -> Caliper:
    """A midline from the top to the bottom of lungs and heart."""
    tops = [float(outline.rows[0]) for outline in (chest.lung_outline, chest.heart_outline)]
    ends = [float(outline.rows[-1]) for outline in (chest.lung_outline, chest.heart_outline)]
    top, end = min(tops), max(ends)
    return Caliper((top, line.column_at(top)), (end, line.column_at(end)), "midline")


def _level(row: float, first: float, last: float, label: str) -> Caliper:
    """A horizontal line from the outer edge of the first to the outer edge of the last column."""
    return Caliper((float(row), float(first) - 0.5), (float(row), float(last) + 0.5), label)
