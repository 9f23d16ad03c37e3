"""Figures as bytes and as files. The same figure gives the same bytes: no date, no random identifiers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from medunet.reports.figures.style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Kind = Literal["svg", "png", "pdf"]

_METADATA: dict[Kind, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}

_DOTS_PER_INCH = 200


def figure_svg(figure: Figure) -> str:
    """The figure as an SVG document; text stays text."""
    return _encoded(figure, "svg").decode()


def figure_png(figure: Figure) -> bytes:
    """The figure as a PNG file of 200 dots per inch on white."""
    return _encoded(figure, "png")


def figure_pdf(figure: Figure) -> bytes:
    """The figure as a PDF file; text stays text."""
    return _encoded(figure, "pdf")


def save(figure: Figure, path: Path, kinds: Sequence[Kind] = ("svg",)) -> tuple[Path, ...]:
    """Writes the figure as `path` with the ending of each kind in the place of its own, each whole or not at all.

    Returns:
        The files written, in the order of `kinds`.

    Raises:
        OutputError: the place cannot be written.
    """
    from medunet.images.writing import write_bytes

    stem = path.with_suffix("") if path.suffix[1:] in _METADATA else path
    files = tuple(stem.with_name(f"{stem.name}.{kind}") for kind in kinds)
    for file, kind in zip(files, kinds, strict=True):
        write_bytes(file, _encoded(figure, kind))
    return files


@styled
def _encoded(figure: Figure, kind: Kind) -> bytes:
    """The figure as a file of one kind."""
    _settle(figure)
    buffer = io.BytesIO()
    metadata: dict[str, Any] = dict(_METADATA[kind])
    figure.savefig(buffer, format=kind, dpi=_DOTS_PER_INCH, metadata=metadata)
    return buffer.getvalue()


def _settle(figure: Figure) -> None:
    """Lays the figure out once and for all: every new layout moves it by a rounding error, and with it the bytes."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    if isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine):
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
