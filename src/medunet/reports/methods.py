"""The methods paragraphs of a paper: what was done, in the past tense, with versions, hashes and sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Methods:
    """Text to be taken over into a paper; the page gives it a button that copies it.

    Only what a run has recorded belongs in it. What the author alone knows (who drew the masks, ethics) is left to the
    checklist, which names it.

    Attributes:
        paragraphs: whole sentences.
        sources: the references that the text cites, one each, in the order of their first mention.

    Raises:
        ValueError: there is no text.
    """

    kind: ClassVar[str] = "methods"
    paragraphs: tuple[str, ...]
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not any(paragraph.strip() for paragraph in self.paragraphs):
            raise ValueError("a methods text needs a sentence")

    @property
    def text(self) -> str:
        """As it is copied: paragraphs apart by an empty line, the sources below."""
        below = ["References:\n" + "\n".join(self.sources)] if self.sources else []
        return "\n\n".join([*self.paragraphs, *below])
