"""Phantoms: synthetic films with exact truth, for the demo, for tests, for teaching.

A film is made in the order of nature: a person in a pose (`person`), the outlines that follow (`anatomy`), what the
beam meets on its way (`tissue`, `bones`, `vessels`, and the devices of `clutter`), the detector and its maker's
processing (`exposure`), letters and borders (`clutter`). Masks are filled from the same outlines, so they are exact.
Nothing is written here; a workflow does that.
"""

from __future__ import annotations

from medunet.phantoms.chest import SCHEME, ChestPhantom, chest_film, chest_films, subject_of

__all__ = ["SCHEME", "ChestPhantom", "chest_film", "chest_films", "subject_of"]
