"""Reporting checklists filled as far as a run knows the answer: CLAIM 2024 and STARD-AI 2025."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import ClassVar, Literal

from medunet.reports.tables import Cell, Column, Place, State, Table

AUTHOR = "author"
"""What stands where only the author knows the answer."""

NAMES = ("claim-2024", "stard-ai-2025")
"""The lists there are; each is a file in `checklists/`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list.

    Attributes:
        number: as published ("15a").
        part: of a paper it belongs to.
        words: what is asked for, shortened in our own words.
        topic: what a run may know of it; both lists use the same topics.
    """

    number: str
    part: str
    words: str
    topic: str


@dataclass(frozen=True, slots=True)
class Guideline:
    """A published list: its name, version, where it was published, and its items in order."""

    name: str
    version: str
    source: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a topic.

    Attributes:
        text: the answer in a few words ("38 of 193 cases, drawn by subject").
        section: title of the page's section that says more; "Provenance" for the page's end, "" for none.
        applies: False where the item has nothing to answer in this study; `text` says why.

    Raises:
        ValueError: there is no text.
    """

    text: str
    section: str = ""
    applies: bool = True

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("an answer has a text; leave the topic out where nothing is known")


@dataclass(frozen=True, slots=True)
class Checklist:
    """A guideline with the answers of one run."""

    kind: ClassVar[str] = "checklist"
    guideline: Guideline
    answers: Mapping[str, Answer]

    @property
    def title(self) -> str:
        """Name, version and how much is answered; it heads the folded list."""
        items = self.guideline.items
        known = [self.answers[item.topic] for item in items if item.topic in self.answers]
        left = len(items) - len(known)
        aside = sum(not answer.applies for answer in known)
        words = f"{len(known) - aside} answered here" + (f", {aside} do not apply" if aside else "")
        return f"{self.guideline.name} ({self.guideline.version}): {words}, {left} left to the author"

    @property
    def table(self) -> Table:
        """A row for every item: number, part, what is asked for, whose answer it is, the answer with its place."""
        header = ("item", "part", "asks for", Column("answered by"), "answer")
        rows = tuple((item.number, item.part, item.words, *self._answered(item)) for item in self.guideline.items)
        caption = f"Items in our own short words; the published list counts: {self.guideline.source}."
        return Table(header, rows, caption)

    def _answered(self, item: Item) -> tuple[Cell, Cell]:
        """Who answers the item, and how."""
        answer = self.answers.get(item.topic)
        if answer is None:
            return State(AUTHOR, "neutral"), "–"
        who = State("this run", "good") if answer.applies else State("does not apply", "neutral")
        return who, Place(answer.text, answer.section) if answer.section else answer.text


def checklist_block(
    facts: Mapping[str, Answer], name: Literal["claim-2024", "stard-ai-2025"] = "claim-2024"
) -> Checklist:
    """A checklist for a page, filled with what the caller knows.

    Put it into a section of its own at the end of a page, one block a list::

        facts = {
            "flow": Answer("305 films came, 3 without a label, 302 analysed", "Flow"),
            "cut-off": Answer(".50, stated beforehand", "At the stated cut-off"),
            "ensemble": Answer("one model", applies=False),
        }
        Section("Checklists", (checklist_block(facts), checklist_block(facts, "stard-ai-2025")))

    Give a topic only where the run *knows* the answer, from its records; what is left out is marked "author". The
    section that an answer names must be on the page (by its title), or `Page` refuses it. One set of facts serves both
    lists: a topic that one of them does not ask for is not shown there.

    Args:
        facts: topic → answer. `topics()` names all topics.
        name: of the list.

    Raises:
        ValueError: a topic is in none of the lists (a slip of the pen would be lost in silence), or no list has the
            name.
    """
    if unknown := sorted(set(facts) - topics()):
        raise ValueError(f"no checklist has the topics {', '.join(unknown)}; known are {', '.join(sorted(topics()))}")
    return Checklist(guideline(name), dict(facts))


def topics() -> frozenset[str]:
    """Every topic of any list."""
    return frozenset(item.topic for name in NAMES for item in guideline(name).items)


@lru_cache(maxsize=len(NAMES))
def guideline(name: str) -> Guideline:
    """A published list by its name.

    Raises:
        ValueError: there is none of that name.
    """
    import yaml

    if name not in NAMES:
        raise ValueError(f"checklists are {', '.join(NAMES)}, got {name!r}")
    read = yaml.safe_load((files("medunet.reports") / "checklists" / f"{name}.yaml").read_text(encoding="utf-8"))
    items = tuple(Item(str(number), part, words, topic) for number, part, words, topic in read["items"])
    return Guideline(read["name"], read["version"], read["source"], items)
