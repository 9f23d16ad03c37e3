"""Letters in pictures: one font everywhere, lines that fit, labels that do not hide each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import PIL.ImageFont

from medunet.measuring.measurement import Caliper
from medunet.reports.film import Frame
from medunet.reports.outlines import Line

Font = PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in picture pixels."""

GROUND = (16, 18, 21)
"""Nearly black: the ground of captions and the dark edge of letters on a film."""

LETTERS = (233, 236, 239)
"""Letters on `GROUND`."""


@lru_cache(maxsize=16)
def font(size: int) -> Font:
    """A sans-serif font of `size` pixels, the same on every machine.

    DejaVu Sans as matplotlib carries it (Latin, Greek, Cyrillic), found without importing matplotlib; Pillow's own
    font where a distribution has left it out.
    """
    spec = find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
        if path.is_file():
            return PIL.ImageFont.truetype(str(path), size)
    return PIL.ImageFont.load_default(size)


def wrapped(text: str, face: Font, width: float, lines: int = 2) -> list[str]:
    """The text in at most `lines` lines of `width` pixels; what does not fit ends in an ellipsis."""
    words = text.split()
    done: list[str] = []
    while words and len(done) < lines:
        last = len(done) == lines - 1
        count = next((n for n in range(len(words), 1, -1) if face.getlength(" ".join(words[:n])) <= width), 1)
        line = " ".join(words[:count])
        if (last and count < len(words)) or face.getlength(line) > width:
            line = _shortened(" ".join(words) if last else line, face, width)
        done.append(line)
        words = words[count:]
    return done


@dataclass(frozen=True, slots=True)
class Label:
    """A text and the box it is written in."""

    text: str
    box: Box


def placed(calipers: Sequence[Caliper], frame: Frame, size: int) -> list[Label]:
    """Labels of calipers beside their lines, inside the picture and clear of each other and of the lines if possible.

    Args:
        calipers: those with an empty label get none.
        frame: where the calipers' pixels lie in the picture.
        size: height of the letters in picture pixels.
    """
    face, gap = font(size), size * 0.35
    taken = [_line_box(caliper, frame) for caliper in calipers]
    labels = []
    for caliper in calipers:
        if not caliper.label:
            continue
        width, height = face.getlength(caliper.label), size * 1.2
        boxes = [_inside(box, frame, gap) for box in _candidates(caliper, frame, width, height, gap)]
        best = min(boxes, key=lambda box: sum(_overlap(box, other) for other in taken))
        taken.append(best)
        labels.append(Label(caliper.label, best))
    return labels


def ends(caliper: Caliper, frame: Frame) -> tuple[float, float, float, float]:
    """The start x, start y, end x and end y of a caliper in the picture."""
    (ax, ay), (bx, by) = frame.place(_array(caliper))
    return float(ax), float(ay), float(bx), float(by)


def _candidates(caliper: Caliper, frame: Frame, width: float, height: float, gap: float) -> list[Box]:
    """Places for a label, the best first: over and under the middle and the ends, or beside an upright line."""
    ax, ay, bx, by = ends(caliper, frame)
    if abs(bx - ax) < abs(by - ay):
        (_, top), (x, bottom) = sorted([(ax, ay), (bx, by)], key=lambda point: point[1])
        spots = [(x + gap, top), (x - gap - width, top), (x + gap, bottom - height), (x - gap - width, bottom - height)]
    else:
        middles = [((ax + bx) / 2, (ay + by) / 2), (0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by),
                   (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by)]  # fmt: skip
        spots = [(x - width / 2, y + side) for x, y in middles for side in (-height - gap, gap)]
    return [(x, y, x + width, y + height) for x, y in spots]


def _inside(box: Box, frame: Frame, margin: float) -> Box:
    """The box moved into the picture."""
    left, top, right, bottom = box
    x = max(margin, min(left, frame.width - margin - (right - left)))
    y = max(margin, min(top, frame.height - margin - (bottom - top)))
    return x, y, x + right - left, y + bottom - top


def _overlap(one: Box, other: Box) -> float:
    """The area two boxes share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def _line_box(caliper: Caliper, frame: Frame) -> Box:
    """A thin box round a level or upright line; nothing for a slanting one, whose box would be mostly empty."""
    ax, ay, bx, by = ends(caliper, frame)
    if min(abs(bx - ax), abs(by - ay)) > 0.1 * math.hypot(bx - ax, by - ay):
        return 0.0, 0.0, 0.0, 0.0
    return min(ax, bx) - 2, min(ay, by) - 2, max(ax, bx) + 2, max(ay, by) + 2


def _array(caliper: Caliper) -> Line:
    """(2, 2) row and column of both ends."""
    return np.array([caliper.start, caliper.end], dtype=np.float64)


def _shortened(text: str, face: Font, width: float) -> str:
    """The longest beginning that fits together with an ellipsis."""
    while text and face.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
