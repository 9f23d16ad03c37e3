"""The layer of cases: from folders and tables, as people keep them, to cases with subjects, structures and splits.

`read_cases` asks the layouts in `layouts` in turn (`manifest`, `paired`, `films`), learns from some masks what their
values mean (`survey`, `targets`), and finds out whom each image shows (`subjects`). `case` and `cases` are the values,
`target` and `codings` how a label map is had from files; `split` shares the subjects out.
"""

from __future__ import annotations

from medunet.cases.case import Case
from medunet.cases.cases import Cases
from medunet.cases.codings import Coding, Colours, Threshold, Values
from medunet.cases.layouts import LAYOUTS, Layout
from medunet.cases.masks import read_masks
from medunet.cases.names import Split, normal
from medunet.cases.reading import read_cases
from medunet.cases.split import SHARES, SplitProof, folds, prove, split_by_subject, split_rows
from medunet.cases.target import Part, Target

__all__ = [
    "LAYOUTS",
    "SHARES",
    "Case",
    "Cases",
    "Coding",
    "Colours",
    "Layout",
    "Part",
    "Split",
    "SplitProof",
    "Target",
    "Threshold",
    "Values",
    "folds",
    "normal",
    "prove",
    "read_cases",
    "read_masks",
    "split_by_subject",
    "split_rows",
]
