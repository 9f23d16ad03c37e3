from __future__ import annotations

from pathlib import Path

from medunet.reports import Paragraph, Table
from medunet.scoring import PooledRoc, Score, summarise
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_surfaces import surface_section

DETECTOR = "mm at the detector: the patient is smaller"
SCORES = (
    Score("a", "a", "heart", "dice", 0.9, "ratio"),
    Score("a", "a", "heart", "hd95", 3.0, "mm", DETECTOR),
    Score("b", "b", "heart", "hd95", 500.0, "mm", f"missed; {DETECTOR}"),
    Score("c", "c", "heart", "hd95", 1.0, "% of width", "no spacing is known: taken as equal on all axes"),
    Score("a", "a", "heart", "nsd", 0.5, "ratio within 2 mm", DETECTOR),
    Score("b", "b", "heart", "nsd", 0.25, "ratio within 2 mm", DETECTOR),
    Score("d", "d", "heart", "hd95", None, "mm", "absent in both"),
)


def section(scores):
    done = Evaluation(Path("out"), "run", scores, summarise(scores), None, {}, {}, (), "", PooledRoc(refusal="masks"))
    return surface_section(done)


def test_every_unit_has_its_row_with_penalties_counted_and_the_worst_of_its_kind():
    table, *_ = section(SCORES).blocks
    assert isinstance(table, Table)
    rows = [tuple(row) for row in table.rows]
    # structure, metric, unit, n, mean, median, worst, missed, invented, absent in both, not predicted
    assert rows == [
        ("heart", "HD95", "mm", 2, 251.5, 251.5, 500.0, 1, 0, 1, 0),
        ("heart", "HD95", "% of width", 1, 1.0, 1.0, 1.0, 0, 0, 0, 0),
        ("heart", "NSD", "ratio within 2 mm", 2, 0.375, 0.375, 0.25, 0, 0, 0, 0),
    ]


def test_where_the_distances_hold_is_said_with_the_number_of_cases():
    said = [block.text for block in section(SCORES).blocks if isinstance(block, Paragraph)]
    said = [text for text in said if not text.startswith("No interval")]
    assert "diagonal" in said[0]
    assert said[1] == (
        "Distances: mm at the detector: the patient is smaller (2 cases); no spacing is known: taken as equal on all "
        "axes (1 cases)."
    )
    assert len(section(SCORES[:1]).blocks) == 2
