"""evaluate: a run, a model or a folder of masks against reference masks: scores per case, summary, pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medunet.cases import Case, Cases
from medunet.errors import InputError, UsageError
from medunet.images import Image, LabelMap, read_grid, remove, write_csv, write_json
from medunet.measuring import CaseErrors, Intervals, Measurement
from medunet.reports import Picture
from medunet.scoring import (
    AGAINST_MASKS,
    NOT_PREDICTED,
    SCORE_COLUMNS,
    TOLERANCE,
    Calibration,
    CaseCalibration,
    ConfusionMatrix,
    PooledRoc,
    RocCounts,
    Score,
    auc_scores,
    calibrate_case,
    confusion,
    count_case,
    score_case,
    score_measurement,
    score_rows,
    summarise,
    with_pooled,
)
from medunet.studies import Bounds
from medunet.workflows.calibration_figures import CalibrationFigures
from medunet.workflows.evaluation import Evaluation, Predicted, Task
from medunet.workflows.evaluation_pictures import Gallery, scored_picture
from medunet.workflows.evaluation_subgroups import SUBGROUP_COLUMNS, Grouping, groupings, subgroup_rows
from medunet.workflows.measured import Statements, measure_case
from medunet.workflows.output import reserve
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.recalibrating import recalibrate, reserved_for

OWNED = ("scores.csv", "summary.json", "report.html", "figures", "tables", "failed.csv", "subgroups.csv")
EXPERT_COLUMNS = ("ctr_expert", "expert_ctr", "ctr_reader", "ctr_source")
"""Manifest columns that are taken as an expert's ratio, the first that is there."""


def evaluate(
    what: str | Path,
    data: str | Path | None = None,
    *,
    split: str | None = None,
    out: str | Path | None = None,
    expert: str | None = None,
    tolerance: float | None = None,
    subgroups: Sequence[str] = (),
    allow_trained: bool = False,
    calibrate: str | Path | None = None,
    device: str = "auto",
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Evaluation:
    """Score `what` on reference masks.

    Args:
        what: a run, a packaged model's name, a model folder, or a folder of masks made by anything.
        data: reference data; without it a run's own data, of which `split` is scored.
        split: train, val or test; with `data` all cases unless given.
        out: output folder; by default RUN/evaluation/SPLIT for a run, else `evaluate`.
        expert: manifest column with an expert's cardiothoracic ratio.
        tolerance: up to this many mm surfaces count as the same in NSD; 2 unless given. Without a spacing it is 1 % of
            the image's width.
        subgroups: columns of the manifest by which the scores are looked at apart: view, sex, age, …
        allow_trained: also score cases the model was trained on.
        calibrate: folder for a copy of the model whose intervals come of these cases; the model itself stays as it is.
        device: auto, cpu, cuda, cuda:N.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: what cannot be used or written; the message says where and what to do.
    """
    from medunet.workflows.evaluation_source import find_task

    task = find_task(what, data, split=split, out=out, allow_trained=allow_trained, device=device)
    column = _expert_column(task.cases, expert)
    tolerance = _tolerance(tolerance)
    groups = groupings(task.cases, subgroups)
    identity = task.identity | {"expert": column, "tolerance": tolerance}
    if groups:
        identity |= {"subgroups": [one.column for one in groups]}
    model = None if calibrate is None else Path(calibrate)
    with (
        reserved_for(task, model, overwrite=overwrite) as copy,
        reserve(task.folder, identity, overwrite=overwrite) as place,
    ):
        done = _evaluated(task, column, tolerance, groups, progress)
        # Only now: data that cannot be scored leave nothing behind, and earlier results as they were.
        place.claim(OWNED, reads=[*task.reads, *(path for case in task.cases for path in case.paths)])
        _write(done, task, progress)
        if copy is not None:
            recalibrate(done, task, copy, progress)
    return done


def _evaluated(
    task: Task, column: str | None, tolerance: float, groups: tuple[Grouping, ...], progress: Progress
) -> Evaluation:
    """The scores of all cases.

    Raises:
        InputError: there is none, or a reference cannot be read.
    """
    scored: list[Scored] = []
    gallery = Gallery()
    roc = PooledRoc(refusal=task.no_roc)
    for one in _score_all(task, column, tolerance, progress):
        roc = roc.plus(one.roc)
        gallery.add(one.picture, one.scores)
        scored.append(replace(one, roc=None, picture=None))  # megabytes a structure, which are in the sum now
    scores = tuple(score for one in scored for score in one.scores)
    if not scores:
        raise InputError(
            task.cases.source, "has no case to score", "Give data with reference masks, or another --split"
        )
    return Evaluation(
        task.folder,
        task.subject,
        scores,
        with_pooled(summarise(scores), roc),
        _sum([one.matrix for one in scored if one.matrix is not None]),
        {one.case.id: one.failure for one in scored if one.failure},
        {one.case.id: one.ratios for one in scored if one.ratios is not None},
        task.cases.provenance,
        task.caution,
        roc,
        _calibration(scored, task),
        tuple(one.bounds for one in scored if one.bounds is not None and one.case.id not in task.calibrating),
        groups,
        pictures=gallery.pictures(),
        errors=tuple(one.errors for one in scored if one.errors is not None),
        calibrating=len(task.calibrating),
    )


@dataclass(frozen=True, eq=False)
class Scored:
    """One case with its scores; `failure` says why there was no prediction.

    `roc` and `calibration` are None without probabilities.
    """

    case: Case
    scores: tuple[Score, ...]
    matrix: ConfusionMatrix | None
    ratios: tuple[float, float] | None
    failure: str
    roc: Mapping[str, RocCounts] | None = None
    calibration: CaseCalibration | None = None
    bounds: Bounds | None = None
    picture: Picture | None = None
    errors: CaseErrors | None = None


def _score_all(task: Task, column: str | None, tolerance: float, progress: Progress) -> Iterator[Scored]:
    cases = task.cases.cases
    progress.begin("scoring", len(cases))
    faults: list[InputError] = []
    try:
        for number, case in enumerate(cases, start=1):
            try:
                reference = _reference(case)
            except InputError as fault:  # a broken reference is the data's fault, not the model's
                faults.append(fault)
                continue
            yield _score_one(case, reference, task, column, tolerance)
            progress.advance(number, case.id)
    finally:
        progress.end()
    if faults:
        raise InputError.together(faults)


def _reference(case: Case) -> LabelMap:
    """The reference, on the grid of its film; on its own where there is no way to the film: it is then not predicted.

    Raises:
        InputError: the reference cannot be read, or does not belong to the film.
    """
    try:
        return case.read_target()
    except InputError:
        if case.target is None or _has_grid(case.images[0]):
            raise
    return case.target.read(case.target.grid(), case.images[0].name)


def _has_grid(path: Path) -> bool:
    """Whether a film can be read as far as its size."""
    try:
        read_grid(path)
    except InputError:
        return False
    return True


def _score_one(case: Case, reference: LabelMap, task: Task, column: str | None, tolerance: float) -> Scored:
    image: Image | None = None
    predicted: Predicted | None = None
    failure = ""
    try:
        image = case.read_image()
        predicted = task.source(case, image)
    except InputError as fault:
        failure = f"{NOT_PREDICTED}: {fault.what}"
    prediction = predicted.labels if predicted is not None else None
    scores = score_case(
        case.id,
        case.subject,
        reference,
        prediction,
        annotated=case.annotated,
        unpredicted_reason=failure or NOT_PREDICTED,
        spacing_at=image.spacing_at if image is not None else None,
        tolerance=tolerance,
    )
    if prediction is not None:
        prediction = replace(prediction, grid=reference.grid)
    measured = _measured(reference, image, case, None), _measured(prediction, image, case, task.intervals)
    wanted, got = (next((one for one in found if one.name == "ctr"), None) for found in measured)
    distances = CaseErrors.of(case.subject, task.keys.get(case.id, ""), *measured)
    errors = _ratio_scores(case, wanted, got, column, predicted=prediction is not None)
    matrix = None
    if prediction is not None:  # what the model does not know counts as background
        matrix = confusion(reference, prediction, where=case.id).folded(task.unknown)
    counts, areas = _roc_scores(case, reference, predicted, task.no_roc or failure)
    calibration = None if predicted is None else _calibrated(case, reference, predicted)
    every = (*scores, *areas, *errors)
    both = _both(wanted, got)
    picture = None if image is None else scored_picture(case, image, prediction, reference, scores, both)
    return Scored(
        case, every, matrix, both, failure, counts, calibration, _bounds(case, wanted, got), picture, distances
    )


def _calibrated(case: Case, reference: LabelMap, predicted: Predicted) -> CaseCalibration | None:
    """Whether the probabilities of one case are right."""
    if predicted.probabilities is None:
        return None
    shares = (predicted.probabilities, predicted.calibrated)
    return calibrate_case(case.subject, reference, predicted.labels, *shares, annotated=case.annotated, where=case.id)


def _calibration(scored: Sequence[Scored], task: Task) -> CalibrationFigures:
    """Over all cases."""
    counted = [one.calibration for one in scored if one.calibration is not None]
    missing = 0 if task.no_roc else len(scored) - len(counted)
    why = task.temperature if isinstance(task.temperature, str) else ""
    return CalibrationFigures.of(Calibration(counted, why, missing, task.no_roc), task.temperature)


def _roc_scores(
    case: Case, reference: LabelMap, predicted: Predicted | None, refusal: str
) -> tuple[Mapping[str, RocCounts] | None, tuple[Score, ...]]:
    """Pixels by their probability, and the AUC of every structure."""
    counts: Mapping[str, RocCounts] | None = None
    if predicted is not None and predicted.probabilities is not None:
        counts = count_case(reference, predicted.probabilities, annotated=case.annotated, where=case.id)
    return counts, auc_scores(
        case.id, case.subject, reference.scheme, counts, annotated=case.annotated, refusal=refusal
    )


def _measured(
    labels: LabelMap | None, image: Image | None, case: Case, intervals: Intervals | str | None
) -> tuple[Measurement, ...]:
    """The measurements of a mask; none without a mask."""
    return () if labels is None else measure_case(labels, image, case, Statements(), intervals=intervals)


def _both(wanted: Measurement | None, got: Measurement | None) -> tuple[float, float] | None:
    """Reference and predicted ratio, where both have a number."""
    values = [one.value for one in (wanted, got) if one is not None and one.value is not None]
    return (values[0], values[1]) if len(values) == 2 else None


def _bounds(case: Case, wanted: Measurement | None, got: Measurement | None) -> Bounds | None:
    """The interval that a prediction claims for its ratio, beside the reference; None where there is no ratio."""
    if wanted is None:
        return None
    claimed = (None, None, None) if got is None else (got.low, got.high, got.level)
    return Bounds(case.subject, wanted.value, *claimed)


def _ratio_scores(
    case: Case, wanted: Measurement | None, got: Measurement | None, column: str | None, *, predicted: bool
) -> tuple[Score, ...]:
    """Errors of the cardiothoracic ratio against the reference masks and, where given, an expert's value."""
    if wanted is None:
        return ()
    value = got.value if got else None
    why = "; ".join(
        f"{who}: {one.reason}" for who, one in (("reference", wanted), ("predicted", got)) if one and one.value is None
    )
    if not predicted:
        why = NOT_PREDICTED
    errors = score_measurement(
        case.id, case.subject, "ctr", value, wanted.value, unit="ratio", against=AGAINST_MASKS, why=why
    )
    if column is not None:
        known, fault = _number(case.tag(column))
        errors += score_measurement(
            case.id,
            case.subject,
            "ctr",
            value,
            known,
            unit="ratio",
            against=f"against column {column}",
            why=why or fault,
        )
    return errors


def _number(text: str | None) -> tuple[float | None, str]:
    """An expert's number, or why there is none."""
    if not text:
        return None, "the manifest has no value"
    try:
        number = float(text)
    except ValueError:
        return None, "the manifest's value is no number"
    return (number, "") if 0 < number < 2 else (None, "the manifest's value is no ratio")


def _tolerance(wanted: float | None) -> float:
    if wanted is None:
        return TOLERANCE
    if not (math.isfinite(wanted) and wanted >= 0):
        raise UsageError("--tolerance", f"{wanted:g} is no distance", "Give mm, 0 or more")
    return wanted


def _expert_column(cases: Cases, wanted: str | None) -> str | None:
    columns = {name for case in cases.cases for name in case.tags}
    if wanted is None:
        return next((name for name in EXPERT_COLUMNS if name in columns), None)
    if wanted not in columns:
        known = ", ".join(sorted(columns)) or "none"
        raise UsageError("--expert", f"the manifest has no column {wanted}", f"Its further columns are: {known}")
    return wanted


def _sum(matrices: Sequence[ConfusionMatrix]) -> ConfusionMatrix | None:
    total: ConfusionMatrix | None = None
    for matrix in matrices:
        total = matrix if total is None else total + matrix
    return total


def _write(done: Evaluation, task: Task, progress: Progress) -> None:
    from medunet.reports import write_report
    from medunet.workflows.evaluation_files import write_tables
    from medunet.workflows.evaluation_page import evaluation_page

    write_csv(done.folder / "scores.csv", SCORE_COLUMNS, score_rows(done.scores))
    write_json(done.folder / "summary.json", done.to_dict())
    if done.failed:
        write_csv(done.folder / "failed.csv", ("case", "reason"), list(done.failed.items()))
    else:
        remove(done.folder / "failed.csv")
    if done.groupings:
        write_csv(done.folder / "subgroups.csv", SUBGROUP_COLUMNS, subgroup_rows(done.subgroups))
    else:
        remove(done.folder / "subgroups.csv")
    write_tables(done, done.folder / "tables")
    progress.say("drawing the report")
    write_report(evaluation_page(done, task), done.folder)
