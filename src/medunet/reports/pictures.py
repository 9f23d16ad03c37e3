"""Pictures of a page: a film as a small JPEG, everything drawn on it as vectors that can be switched off.

Vectors cost a few kilobytes a case where a second picture would cost twenty, stay sharp when enlarged, and leave the
film beneath untouched.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import PIL.Image

from medunet.images.image import Image
from medunet.images.labelmap import LabelMap
from medunet.measuring.measurement import Caliper
from medunet.reports.film import Frame, show
from medunet.reports.lettering import ends, placed
from medunet.reports.outlines import Line, outlines, simplified
from medunet.reports.overlay import MIDLINE, checked
from medunet.reports.palette import CALIPER, REFERENCE, colours_of
from medunet.reports.strokes import ticks

THUMBNAIL = 320
"""Longer side of a picture among many, in pixels: two hundred of them stay under five megabytes."""

LARGE = 768
"""Longer side of the few pictures that are shown large."""

FINER = 10
"""Vectors are drawn in tenths of a picture pixel, as whole numbers: short to write, exact enough to enlarge."""

_QUALITIES = (80, 70, 55, 40, 25)
_HEAVIEST_THUMBNAIL = 14_000
"""Bytes. Films weigh about eleven thousand; a very noisy one gets a lower quality until it weighs no more than this."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """Lines of one colour: an SVG path in units of 1 / `FINER` pixels, and what they outline."""

    name: str
    colour: str
    path: str


@dataclass(frozen=True, slots=True)
class Word:
    """A caliper's label, centred on x with its base line at y, in units of 1 / `FINER` pixels."""

    text: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what is drawn on it and what is said about it. Built by `film_picture` or `plain_picture`.

    Attributes:
        key: what a table's `Link` names it by: the case.
        jpeg: the picture as a JPEG file of `width` by `height` pixels.
        alt: what a reader who cannot see it is told.
        found, reference, calipers: lines, each group can be switched off.
        words: labels of the calipers, `letters` pixels high.
        facts: names and values below the caption.
    """

    key: str
    jpeg: bytes
    width: int
    height: int
    alt: str
    caption: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    found: tuple[Stroke, ...] = ()
    reference: tuple[Stroke, ...] = ()
    calipers: tuple[Stroke, ...] = ()
    words: tuple[Word, ...] = ()
    letters: int = 0

    @property
    def weight(self) -> int:
        """About how many bytes it takes on a page: the film in base 64, lines and words as text."""
        strokes = (*self.found, *self.reference, *self.calipers)
        words = sum(len(name) + len(value) + 60 for name, value in self.facts)
        return len(self.jpeg) * 4 // 3 + sum(len(stroke.path) + 230 for stroke in strokes) + words + 500


@dataclass(frozen=True, slots=True)
class Pictures:
    """A grid of pictures with one key to their colours.

    Attributes:
        items: the pictures, in reading order.
        caption: what they have in common.
        large: two in a row in the place of four.
        folded: closed until the reader opens it, for long lists of all cases.
    """

    kind: ClassVar[str] = "pictures"
    items: tuple[Picture, ...]
    caption: str = ""
    large: bool = False
    folded: bool = False

    @property
    def colours(self) -> dict[str, str]:
        """Structure → colour over all pictures, for the key."""
        return {stroke.name: stroke.colour for item in self.items for stroke in item.found}


def film_picture(
    key: str,
    image: Image,
    labels: LabelMap | None,
    *,
    reference: LabelMap | None = None,
    calipers: Sequence[Caliper] = (),
    caption: str = "",
    facts: Sequence[tuple[str, str]] = (),
    largest: int = THUMBNAIL,
) -> Picture:
    """A film with its outlines, for a page; the vector twin of `draw_overlay`, with the same arguments.

    Raises:
        ValueError: a label map's shape differs from the image's, or the image is a volume.
    """
    picture, frame = show(image, largest)
    found = () if labels is None else _strokes(labels, image, frame)
    of_reference = () if reference is None else _strokes(reference, image, frame, colour=REFERENCE)
    lines, words, letters = _calipers(calipers, frame, largest)
    names = ", ".join(stroke.name for stroke in found)
    alt = (
        f"Film of {key}"
        + (f" with outlines of {names}" if names else "")
        + (", and the reference's" * bool(of_reference))
    )
    return Picture(key, _jpeg(picture), frame.width, frame.height, alt, caption or key, tuple(facts), found,
                   of_reference, lines, words, letters)  # fmt: skip


def plain_picture(key: str, picture: PIL.Image.Image, *, alt: str, caption: str = "") -> Picture:
    """Any finished picture, as it is."""
    return Picture(key, _jpeg(picture), picture.width, picture.height, alt, caption or key)


def _strokes(labels: LabelMap, image: Image, frame: Frame, colour: str | None = None) -> tuple[Stroke, ...]:
    """The outlines of each structure that is there."""
    strokes = []
    for name, own in colours_of(labels.scheme.names).items():
        lines = [frame.place(line) for line in outlines(checked(labels, image.grid).mask(name))]
        if lines:
            strokes.append(Stroke(name, colour or own.film, path([simplified(line, 0.25) for line in lines], True)))
    return tuple(strokes)


def _calipers(
    calipers: Sequence[Caliper], frame: Frame, largest: int
) -> tuple[tuple[Stroke, ...], tuple[Word, ...], int]:
    """Lines with end ticks, their labels and the labels' height in picture pixels."""
    letters = max(11, round(largest / 36))
    strokes = []
    for caliper in calipers:
        ax, ay, bx, by = ends(caliper, frame)
        marks = [] if caliper.label == MIDLINE else ticks((ax, ay), (bx, by), largest / 45)
        strokes.append(Stroke(caliper.label, CALIPER, path([np.array([(ax, ay), (bx, by)]), *marks], False)))
    words = [
        Word(label.text, round(FINER * (label.box[0] + label.box[2]) / 2), round(FINER * (label.box[3] - letters / 4)))
        for label in placed(calipers, frame, letters)
    ]
    return tuple(strokes), tuple(words), letters


def path(lines: Sequence[Line], closed: bool) -> str:
    """Lines of x, y in picture pixels as an SVG path in units of 1 / `FINER` pixels, written relative and short."""
    parts = []
    for line in lines:
        points = np.rint(line * FINER).astype(int)
        steps = np.diff(points[:-1] if closed else points, axis=0)
        moves = " ".join(f"{x}{y:+d}" if y < 0 else f"{x} {y}" for x, y in steps.tolist())
        parts.append(f"M{points[0, 0]} {points[0, 1]}l{moves}{'z' if closed else ''}")
    return "".join(parts)


def _jpeg(picture: PIL.Image.Image) -> bytes:
    """The picture as a JPEG file; grey stays one channel, a thumbnail stays light."""
    shown = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    large = max(picture.size) > THUMBNAIL
    data = b""
    for quality in _QUALITIES[:1] if large else _QUALITIES[1:]:
        buffer = io.BytesIO()
        shown.save(buffer, format="JPEG", quality=quality, optimize=True)
        data = buffer.getvalue()
        if large or len(data) <= _HEAVIEST_THUMBNAIL:
            break
    return data
