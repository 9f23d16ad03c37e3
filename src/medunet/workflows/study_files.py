"""What a study writes beside its page: study.json and its tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medunet.cases.digest import file_digest
from medunet.images import write_csv, write_json
from medunet.studies import Estimate
from medunet.studies.group_analysis import GroupAnalysis
from medunet.workflows import surroundings
from medunet.workflows.study_result import Study, estimates_of, shares_of, tests_of, validated_shares

ESTIMATES = (
    "analysis", "cut_off", "origin", "figure", "value", "low", "high", "level", "rows", "subjects", "method", "source",
    "reason",
)  # fmt: skip
TESTS = ("analysis", "test", "statistic", "p_value", "units", "rows", "subjects", "method", "source", "reason")
VALUES = ("case", "subject", "value", "status", "label", "analysed", "reason")
UNMATCHED = ("what", "name")
OUT_OF_SAMPLE = "chosen and judged on other subjects: out-of-sample"
ALL, TRIMMED = "all data", "without outliers"


def write_study(study: Study, folder: Path) -> None:
    """study.json and the tables."""
    write_json(
        folder / "study.json", {**study.to_dict(), "inputs": inputs_of(study), "versions": surroundings.versions()}
    )
    write_csv(folder / "estimates.csv", ESTIMATES, list(_estimates(study)))
    write_csv(folder / "tests.csv", TESTS, list(_tests(study)))
    write_csv(folder / "values.csv", VALUES, list(_values(study)))
    write_csv(folder / "unmatched.csv", UNMATCHED, unmatched(study))


def inputs_of(study: Study) -> dict[str, str]:
    """File that was read → its SHA-256; a folder has none."""
    return {path.name: file_digest(path).hex() if path.is_file() else "folder" for path in study.rows.paths}


def unmatched(study: Study) -> list[tuple[str, str]]:
    """What is in one table and not in the other."""
    rows = [("case without a label", case) for case in study.finding.join.without_label]
    if joined := study.rows.labels:
        rows += [(f"label of a {joined.unit} that was not measured", name) for name in joined.without_row]
    return rows


def _analyses(study: Study) -> Iterator[tuple[str, GroupAnalysis]]:
    yield ALL, study.primary
    if study.second.analysis is not None:
        yield TRIMMED, study.second.analysis


def _estimates(study: Study) -> Iterator[tuple[object, ...]]:
    """A row a figure."""
    for name, analysis in _analyses(study):
        for figure, one in estimates_of(analysis).items():
            yield _estimate(name, None, "", figure, one)
        for accuracy in filter(None, (analysis.stated, analysis.chosen)):
            for figure, one in shares_of(accuracy).items():
                yield _estimate(name, accuracy.cut_off, accuracy.origin, figure, one)
        for figure, one in validated_shares(analysis).items():
            yield _estimate(name, None, OUT_OF_SAMPLE, figure, one)
    for part in study.subgroups:
        name = f"{part.column} = {part.level}"
        yield _estimate(name, None, "", "AUC", part.area)
        for figure, one in (shares_of(part.stated) if part.stated is not None else {}).items():
            yield _estimate(name, part.stated.cut_off if part.stated else None, "stated beforehand", figure, one)


def _estimate(name: str, cut_off: float | None, origin: str, figure: str, one: Estimate) -> tuple[object, ...]:
    numbers = (one.value, one.low, one.high, one.level, one.rows, one.subjects)
    return (name, cut_off, origin, figure, *numbers, one.method.name, one.method.source, one.reason)


def _tests(study: Study) -> Iterator[tuple[object, ...]]:
    for name, analysis in _analyses(study):
        for test, one in tests_of(analysis).items():
            made = (one.method.name, one.method.source, one.reason)
            yield (name, test, one.statistic, one.p_value, one.units, one.rows, one.subjects, *made)


def _values(study: Study) -> Iterator[tuple[object, ...]]:
    """Every case with what became of it."""
    labels = {id(row): label for row, label in zip(study.finding.rows, study.finding.join.labels, strict=True)}
    for row in study.rows.rows:
        label = labels.get(id(row))
        word = "no label" if id(row) not in labels else "uncertain" if label is None else "yes" if label else "no"
        analysed = label is not None and row.value is not None
        yield (row.case, row.subject, row.value, row.status, word, analysed, row.reason)
