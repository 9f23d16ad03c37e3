"""study --against: how well two readings of the same cases agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medunet.errors import UsageError
from medunet.reports import write_report
from medunet.studies import agreement_of
from medunet.workflows.output import reserve
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.study_agreement_files import TABLES, write_agreement
from medunet.workflows.study_agreement_page import agreement_page
from medunet.workflows.study_agreement_pairs import Pairing, pair_up
from medunet.workflows.study_agreement_result import AgreementStudy, parts_of, readings_of
from medunet.workflows.study_rows import StudyRows

OWNED_BY_AGREEMENT = ("study.json", *TABLES, "figures", "report.html")
"""What it writes into its folder."""


def agreement_study(
    rows: StudyRows,
    against: str,
    *,
    cutoff: float | None = None,
    where: Sequence[str] = (),
    subgroups: Sequence[str] = (),
    out: str | Path = "study",
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> AgreementStudy:
    """Compare the rows with another reading of the same cases.

    Args:
        rows: the first reading, conditions met.
        against: a table with the same measurement, or a column of the first table.
        cutoff: where a decision is made, stated beforehand.
        where: the conditions the rows have met, for the record.
        subgroups: columns by whose levels results are given apart.
        out: output folder.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: a table or column that cannot be used, or the folder belongs to something else.
    """
    if cutoff is not None and not math.isfinite(cutoff):
        raise UsageError("--cutoff", f"{cutoff} is no number", "Write for instance --cutoff 0.5")
    pairing = pair_up(rows, against)
    columns = tuple(dict.fromkeys(rows.column(name) for name in subgroups))
    with reserve(Path(out), _identity(rows, against, pairing, cutoff, where, columns), overwrite=overwrite) as place:
        place.claim(OWNED_BY_AGREEMENT, reads=pairing.paths)
        progress.begin("agreement", 2)
        try:
            made = _made(Path(out), rows, pairing, columns, cutoff)
            progress.advance(1, "page")
            write_agreement(made, place.folder)
            write_report(agreement_page(made), place.folder)
        finally:
            progress.end()
    return made


def _made(
    folder: Path, rows: StudyRows, pairing: Pairing, columns: Sequence[str], cutoff: float | None
) -> AgreementStudy:
    """The agreement of all cases, then that of each part."""
    cut_offs = () if cutoff is None else (cutoff,)
    values = readings_of(pairing.pairs)
    parts, without = parts_of(pairing.pairs, columns, cut_offs)
    found = agreement_of(values, cut_offs=cut_offs)
    return AgreementStudy(folder, rows, pairing, cutoff, values, found, parts, without)


def _identity(
    rows: StudyRows,
    against: str,
    pairing: Pairing,
    cutoff: float | None,
    where: Sequence[str],
    columns: Sequence[str],
) -> Mapping[str, Any]:
    """What makes one call the same as another."""
    return {
        "command": "study",
        "tables": [str(path.absolute()) for path in pairing.paths],
        "value": rows.value,
        "against": str(Path(against).absolute()) if pairing.tables and Path(against).exists() else against,
        "where": list(where),
        "subgroups": list(columns),
        "cutoff": cutoff,
    }
