"""What a study of agreement writes beside its page: study.json and its tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medunet.cases.digest import file_digest
from medunet.images import write_csv, write_json
from medunet.studies import Agreement
from medunet.workflows import surroundings
from medunet.workflows.study_agreement_result import AgreementStudy, difference

TABLES = ("estimates.csv", "flips.csv", "pairs.csv", "unmatched.csv")
ESTIMATES = (
    "cases_of", "figure", "value", "low", "high", "level", "cases", "subjects", "method", "source", "reason",
)  # fmt: skip
FLIPS = (
    "cases_of", "cut_off", "both_above", "first_above_alone", "second_above_alone", "neither_above", "p_value",
    "method", "source", "reason",
)  # fmt: skip
UNMATCHED = ("what", "case")
ALL = "all"


def write_agreement(study: AgreementStudy, folder: Path) -> None:
    """study.json and the tables."""
    record = {**study.to_dict(), "inputs": inputs_of(study), "versions": surroundings.versions()}
    write_json(folder / "study.json", record)
    write_csv(folder / "estimates.csv", ESTIMATES, list(_estimates(study)))
    write_csv(folder / "flips.csv", FLIPS, list(_flips(study)))
    parts = tuple(dict.fromkeys(part.column for part in study.parts))
    heading = ("case", "subject", "first", "second", "mean", "difference", *parts, "reason")
    write_csv(folder / "pairs.csv", heading, list(_pairs(study, parts)))
    write_csv(folder / "unmatched.csv", UNMATCHED, unmatched_cases(study))


def inputs_of(study: AgreementStudy) -> dict[str, str]:
    """File that was read, with its folder → its SHA-256; a folder has none."""
    return {
        f"{path.resolve().parent.name}/{path.name}": file_digest(path).hex() if path.is_file() else "folder"
        for path in study.pairing.paths
    }


def unmatched_cases(study: AgreementStudy) -> list[tuple[str, str]]:
    """Cases that only one table has."""
    names, alone = study.pairing.names, study.pairing.alone
    return [(f"in {name} alone", case) for name, cases in zip(names, alone, strict=True) for case in cases]


def _all_and_parts(study: AgreementStudy) -> Iterator[tuple[str, Agreement]]:
    yield ALL, study.found
    for part in study.parts:
        yield f"{part.column} = {part.level}", part.found


def _estimates(study: AgreementStudy) -> Iterator[tuple[object, ...]]:
    """A row a figure."""
    for whose, found in _all_and_parts(study):
        for name, one in found.estimates.items():
            numbers = (one.value, one.low, one.high, one.level, one.rows, one.subjects)
            yield (whose, name, *numbers, one.method.name, one.method.source, one.reason)


def _flips(study: AgreementStudy) -> Iterator[tuple[object, ...]]:
    """A row a cut-off."""
    for whose, found in _all_and_parts(study):
        for one in found.flips:
            counts = (one.both, one.first_only, one.second_only, one.neither)
            made = (one.test.method.name, one.test.method.source, one.test.reason)
            yield (whose, one.cut_off, *counts, one.test.p_value, *made)


def _pairs(study: AgreementStudy, parts: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """Every case that both have."""
    for pair in study.pairing.pairs:
        middle = gap = None
        if pair.first is not None and pair.second is not None:
            middle, gap = (pair.first + pair.second) / 2, difference(pair)
        words = [f"{name}: {why}" for name, why in zip(study.pairing.names, pair.reasons, strict=True) if why]
        tags = (pair.tags.get(name, "") for name in parts)
        yield (pair.case, pair.subject, pair.first, pair.second, middle, gap, *tags, "; ".join(words))
