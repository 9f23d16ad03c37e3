"""Names as people write them: of splits, of roles, of structures.

Names are compared without case, underscores, hyphens and blanks; they are kept as they were written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

from medunet.errors import InputError

Split = Literal["train", "val", "test"]
"""The three parts of a data set: to learn from, to tune on, to score on."""

SPLIT_WORDS: Mapping[str, Split] = {
    **dict.fromkeys(("train", "training", "tr", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validate", "validation", "vl"), "val"),
    **dict.fromkeys(("test", "testing", "ts", "tst"), "test"),
}
"""What people call the three splits."""


def _words_of(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


IMAGE_WORDS = _words_of(
    "image images img imgs x cxr cxrs film films input inputs radiograph radiographs xray xrays scan scans"
)
"""What people call a folder of images."""

MASK_WORDS = _words_of(
    "mask masks label labels labelmap labelmaps seg segs segm segmentation segmentations annotation annotations "
    "target targets gt truth groundtruth y"
)
"""What people call a folder of masks."""

FILLER_WORDS = _words_of("data dataset set png jpg jpeg tif tiff dicom dcm nifti manual ground file files")
"""Words of a folder's name that say nothing about what is inside."""


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: ``leftMask`` → left, mask; ``images_Tr64`` → images, tr, 64."""
    return tuple(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+", name))


def normal(name: str) -> str:
    """The form in which names are compared: lower case, runs of ``_``, ``-`` and blanks as one blank."""
    return re.sub(r"[\s_\-]+", " ", name).strip().casefold()


def harmonised(names: Iterable[str], rename: Mapping[str, str] | None = None) -> dict[str, str]:
    """Each name → the name it goes by.

    Names that are equal in their normal form get one spelling, the first one met; a spelling asked for by `rename`
    comes before it. A key of `rename` that the data does not have is of no effect.

    Args:
        names: structures as the data call them.
        rename: old name → new name; several old names may get one new name, which merges them.
    """
    asked = {normal(old): new for old, new in (rename or {}).items()}
    spelling = {normal(new): new for new in reversed(asked.values())}
    final: dict[str, str] = {}
    for name in names:
        new = asked.get(normal(name), name)
        final[name] = spelling.setdefault(normal(new), new)
    return final


def refuse_unknown(rename: Mapping[str, str], names: Iterable[str]) -> None:
    """Refuse what a person asked to rename and the data do not have: without its new name nothing came of it.

    Args:
        rename: old name → new name.
        names: structures as they are called afterwards.

    Raises:
        InputError: no structure goes by the new name.
    """
    there = list(names)
    known = {normal(name) for name in there}
    if lost := [old for old, new in rename.items() if normal(new) not in known]:
        held = listed(there, shown=8) or "none"
        raise InputError("--rename", f"no structure is called {listed(lost)}", f"Structures here: {held}")


def listed(items: Iterable[object], shown: int = 3) -> str:
    """The first few items joined by commas; an ellipsis stands for the others."""
    texts = [str(item) for item in items]
    return ", ".join(texts[:shown]) + (", …" if len(texts) > shown else "")


def repeated(words: Iterable[str]) -> list[str]:
    """Those that are there more than once, sorted, each once."""
    return sorted(word for word, times in Counter(words).items() if times > 1)


def counted(number: int, noun: str) -> str:
    """``1 mask``, ``3 masks``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(value: object) -> str:
    """A value of a YAML or JSON for a message: short, whatever it holds."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        plain = len(value) <= 4 and not any(isinstance(part, list | Mapping) for part in value)
        return f"[{', '.join(map(shown, value))}]" if plain else "a list"
    text = repr(value) if not isinstance(value, int) or value.bit_length() < 200 else "a very large number"
    return text if len(text) <= 60 else f"{text[:57]}…"
