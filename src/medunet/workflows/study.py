"""study: the statistics of a measurement against a label, or against another reading of the same cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medunet.errors import UsageError
from medunet.reports import write_report
from medunet.studies.group_analysis import Asked, analyse, analyse_trimmed
from medunet.studies.groups import PositiveWhen
from medunet.workflows.output import reserve
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.study_agreement import agreement_study
from medunet.workflows.study_agreement_result import AgreementStudy
from medunet.workflows.study_files import write_study
from medunet.workflows.study_finding import Finding, find_finding
from medunet.workflows.study_page import study_page
from medunet.workflows.study_result import Study
from medunet.workflows.study_rows import StudyRows
from medunet.workflows.study_subgroups import balance_of, subgroups_of
from medunet.workflows.study_table import read_study_rows

OWNED = ("study.json", "estimates.csv", "tests.csv", "values.csv", "unmatched.csv", "figures", "report.html")
"""What the command writes into its folder."""

DIRECTIONS: tuple[PositiveWhen, ...] = ("higher", "lower")


def study(
    table: str | Path,
    *,
    value: str,
    by: str | None = None,
    against: str | Path | None = None,
    labels: str | Path | None = None,
    cutoff: float | None = None,
    prevalence: float | None = None,
    where: Sequence[str] = (),
    subgroups: Sequence[str] = (),
    positive_when: str = "higher",
    out: str | Path = "study",
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Study | AgreementStudy:
    """The statistics of a measurement against a label, or against another reading of the same cases.

    All data is the primary analysis, a cut-off stated beforehand comes first, the subject is the unit of every
    interval, and where there is no number a reason stands in its place. Exactly one of `by` and `against` is given.

    Args:
        table: medunet's measurements.csv or its folder, or any CSV with a column of that name.
        value: the measurement, as the table calls it.
        by: the label: a column of 1 and 0, a word in a column of findings, or a condition such as ``sex=M``.
        against: the other reading: a table with the same measurement, or a column of this one.
        labels: a CSV or a folder that holds the label, joined by case or subject.
        cutoff: stated beforehand, in the measurement's unit.
        prevalence: for the predictive values, between 0 and 1.
        where: conditions on rows, such as ``view=PA``.
        subgroups: columns by whose levels results are given apart.
        positive_when: ``higher`` or ``lower``: which values speak for the finding.
        out: output folder.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: a table or column that cannot be used, words that do not go together, or the folder belongs to
            something else.
    """
    asked = asked_of(cutoff, prevalence, positive_when)
    if (by is None) == (against is None):
        given = "both given" if by is not None else "neither is given"
        raise UsageError("--by, --against", given, "Give the label to study by, or the other reading")
    if against is not None and (prevalence is not None or asked.positive_when != "higher"):
        raise UsageError("--prevalence, --positive-when", "belong to --by", "Leave them out with --against")
    rows = read_study_rows(table, value, labels=labels, where=where)
    if against is not None:
        words: dict[str, Any] = {"cutoff": cutoff, "where": where, "subgroups": subgroups, "out": out}
        return agreement_study(rows, str(against), **words, overwrite=overwrite, progress=progress)
    finding = find_finding(rows, str(by))
    columns = tuple(dict.fromkeys(rows.column(name) for name in subgroups))
    identity = _identity(rows, finding.name, asked, where, columns)
    with reserve(Path(out), identity, overwrite=overwrite) as place:
        place.claim(OWNED, reads=rows.paths)
        progress.begin("statistics", 4)
        try:
            made = _made(Path(out), rows, finding, columns, asked, progress)
            progress.advance(3, "page")
            write_study(made, place.folder)
            write_report(study_page(made), place.folder)
        finally:
            progress.end()
    return made


def asked_of(cutoff: float | None, prevalence: float | None, positive_when: str) -> Asked:
    """What a user states before the data are seen.

    Raises:
        UsageError: a word or number that means nothing.
    """
    way = next((one for one in DIRECTIONS if one == positive_when), None)
    if way is None:
        raise UsageError("--positive-when", f"{positive_when!r} is not higher or lower", "Give one of them")
    if prevalence is not None and not 0 < prevalence < 1:
        what = f"{prevalence:g} is not between 0 and 1"
        raise UsageError("--prevalence", what, "Write 0.05 for 5 of 100 cases")
    if cutoff is not None and not abs(cutoff) < float("inf"):
        raise UsageError("--cutoff", f"{cutoff} is no number", "Write for instance --cutoff 0.5")
    return Asked(way, cutoff, prevalence)


def _made(
    folder: Path, rows: StudyRows, finding: Finding, columns: Sequence[str], asked: Asked, progress: Progress
) -> Study:
    """The analyses of a study, one after the other."""
    groups = finding.join.groups
    primary = analyse(groups, asked)
    progress.advance(1, "without outliers")
    second = analyse_trimmed(groups, asked)
    progress.advance(2, "subgroups")
    parts, without = subgroups_of(finding, columns, asked)
    return Study(folder, rows, finding, asked, primary, second, tuple(parts), without, balance_of(finding))


def _identity(
    rows: StudyRows, by: str, asked: Asked, where: Sequence[str], columns: Sequence[str]
) -> Mapping[str, Any]:
    """What makes one call the same as another."""
    return {
        "command": "study",
        "tables": [str(path.absolute()) for path in rows.paths],
        "value": rows.value,
        "by": by,
        "where": list(where),
        "subgroups": list(columns),
        "cutoff": asked.cut_off,
        "prevalence": asked.prevalence,
        "positive_when": asked.positive_when,
    }
