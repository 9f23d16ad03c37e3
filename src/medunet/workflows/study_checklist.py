"""What a study and a comparison can answer of the reporting checklists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medunet.reports import PROVENANCE, Answer, Paragraph, Section, checklist_block
from medunet.workflows import surroundings

TITLE = "Checklists"
NOTE = 'Filled where the study knows the answer, with the place on this page. "author" marks what no software can know.'

STUDY = {
    "flow": ("how many rows came, were left out and why, were analysed", "Flow of numbers"),
    "missing data": ("counted by group; results with the missing counted as failures", "All intended cases"),
    "indeterminate": ("uncertain labels (−1, blank) left out and counted", "Flow of numbers"),
    "cut-off": ("stated beforehand", "At the cut-off of"),
    "variability": ("by subgroup, with intervals", "Subgroups"),
    "cross table": ("counts, sensitivity and specificity", "At the cut-off of"),
    "statistics": ("every method with its source", "Methods behind the figures"),
    "precision": ("every figure with a 95 % interval, subjects as units, or the reason for none", "Result"),
    "robustness": ("a second analysis without outliers", "Second analysis"),
}
AGREEMENT = {
    "flow": ("how many cases came, had no pair and why, were analysed", "Flow of numbers"),
    "statistics": ("every method with its source", "Methods behind the figures"),
    "precision": ("bias, limits and coefficients with 95 % intervals", "All figures"),
    "annotation variability": ("difference of the two readings, limits of agreement, ICC", "All figures"),
    "failures": ("the cases that differ most", "Largest differences"),
}
COMPARISON = {
    "statistics": ("paired tests, one corrected family, every method with its source", "Methods"),
    "precision": ("differences with 95 % intervals, subjects as units", "Tests"),
    "performance": ("means of every run on the same cases", "Every run by itself"),
    "failures": ("where the runs differ most", "Where the runs differ most"),
    "training": ("the settings in which the runs differ", "What differs between the runs"),
}


def checklist_section(known: Mapping[str, tuple[str, str]], titles: Sequence[str]) -> Section:
    """The section that closes a page: both lists, filled from what the page shows.

    Args:
        known: topic → answer and how the title of the section begins that shows it; the topic is left to the author
            where the page lacks it.
        titles: of the page's sections.
    """
    facts = {
        topic: Answer(text, title)
        for topic, (text, beginning) in known.items()
        if (title := next((one for one in titles if one.startswith(beginning)), None)) is not None
    }
    facts["software"] = Answer(f"medunet {surroundings.versions()['medunet']} and packages", PROVENANCE)
    lists = (checklist_block(facts, "claim-2024"), checklist_block(facts, "stard-ai-2025"))
    return Section(TITLE, (Paragraph(NOTE), *lists))
