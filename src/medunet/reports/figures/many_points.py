"""Many points of a figure: beyond a number they are a picture inside it, so that the page stays small."""

from __future__ import annotations

MOST_VECTORS = 2000
"""Points that are drawn as vectors: a hundred bytes each, in two layouts and two figures of a page."""

AS_PICTURE = (
    "The points are a picture inside the figure, because there are more than "
    f"{MOST_VECTORS:,}; axes, lines and words are vectors, and the numbers are in the CSV."
)
"""What a caption says of such a figure."""


def as_picture(points: int) -> bool:
    """Whether so many points are drawn as a picture."""
    return points > MOST_VECTORS
