"""The page of evaluate: scores with their n, failures beside the means, worst and median cases as pictures."""

from __future__ import annotations

from collections.abc import Sequence

from medunet.errors import InputError
from medunet.reports import (
    Block,
    Cell,
    Column,
    Drawing,
    Flow,
    Gap,
    KeyFigure,
    KeyFigures,
    Link,
    Page,
    Paragraph,
    Picture,
    Pictures,
    Provenance,
    Section,
    Split,
    Step,
    Table,
    confusion_figure,
    curves,
    dice_by_structure,
    film_picture,
    measurement_agreement,
    render,
)
from medunet.scoring import ALL, Summary, median_cases, worst
from medunet.workflows import surroundings
from medunet.workflows.evaluation import Evaluation, Task
from medunet.workflows.evaluation_calibration import calibration_section
from medunet.workflows.evaluation_roc import roc_section
from medunet.workflows.evaluation_surfaces import surface_section
from medunet.workflows.measured import Statements, measure_case

SHOWN = 6
RATIOS = ("dice", "iou", "precision", "recall", "specificity", "accuracy")
EMPTIES_RULE = (
    "A structure absent in reference and prediction has no score and is counted. A structure that was missed or "
    "invented, and every structure of a case that could not be predicted, counts as 0 in Dice, IoU, precision, recall "
    "and F1. Specificity and accuracy stay as counted; the background dominates them. Distances: see Surfaces."
)
NO_INTERVALS = "The means are of this sample; intervals are not part of this page yet."


def evaluation_page(done: Evaluation, task: Task) -> str:
    """The HTML of `report.html`."""
    sections = [
        Section("Scores", (_figures(done), _overlap_table(done.summaries), Paragraph(EMPTIES_RULE, "note"))),
        surface_section(done),
        *_ratio_section(done),
        *_picture_sections(done, task),
        *_confusion_section(done),
        roc_section(done),
        calibration_section(done.calibration),
        *_curves_section(task),
        Section("Every case", (_cases_table(done, task),)),
        *_failures(done),
    ]
    page = Page(
        title=f"medunet evaluate: {done.subject}",
        command="medunet evaluate",
        summary=_summary(done),
        sections=tuple(sections),
        provenance=_provenance(done, task),
    )
    return render(page)


def _structures(summaries: Sequence[Summary]) -> list[str]:
    return [name for name in dict.fromkeys(s.structure for s in summaries) if name != ALL]


def _summary(done: Evaluation) -> tuple[str, ...]:
    cases = len({score.case for score in done.scores})
    lines = []
    for name in _structures(done.summaries):
        dice = done.summary(name, "dice")
        if dice is not None and dice.mean is not None:
            penal = dice.missed + dice.invented + dice.not_predicted
            words = f", {penal} of them counted as 0 because it was missed, invented or not predicted" if penal else ""
            lines.append(f"{name}: mean Dice {dice.mean:.3f}, median {dice.median:.3f}, over {dice.n} cases{words}.")
    error = done.summary(ALL, "ctr_abs_error")
    if error is not None and error.mean is not None:
        lines.append(
            f"Cardiothoracic ratio: mean absolute error {error.mean:.4f} against the reference masks, over {error.n} "
            f"of {error.cases} cases."
        )
    if done.failed:
        lines.append(f"{len(done.failed)} of {cases} cases have no prediction.")
    return (*([done.caution] if done.caution else []), *lines, NO_INTERVALS)


def _figures(done: Evaluation) -> KeyFigures:
    items = []
    for name in _structures(done.summaries):
        dice = done.summary(name, "dice")
        if dice is None:
            continue
        value = "–" if dice.mean is None else f"{dice.mean:.3f}"
        penal = dice.missed + dice.invented + dice.not_predicted
        note = f"{penal} missed, invented or not predicted, counted as 0" if penal else ""
        items.append(KeyFigure(f"Dice, {name}", value, n=f"{dice.n} cases of {dice.subjects} subjects", note=note))
    error = done.summary(ALL, "ctr_abs_error")
    if error is not None and error.mean is not None:
        note = f"{error.no_value} without a number" if error.no_value else ""
        items.append(KeyFigure("CTR, mean absolute error", f"{error.mean:.4f}", n=f"{error.n} cases", note=note))
    return KeyFigures(tuple(items))


def _overlap_table(summaries: Sequence[Summary]) -> Table:
    header = (
        "structure",
        "metric",
        Column("n", numeric=True),
        Column("mean", 4, numeric=True),
        Column("median", 4, numeric=True),
        Column("worst", 4, numeric=True),
        Column("pooled", 4, numeric=True),
        Column("missed", numeric=True),
        Column("invented", numeric=True),
        Column("absent in both", numeric=True),
        Column("not predicted", numeric=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for s in summaries:
        if s.metric not in RATIOS and s.metric != "mean_iou":
            continue
        cells = (_cell(s.mean), _cell(s.median), _cell(s.minimum), _cell(s.pooled))
        counts = (s.missed, s.invented, s.absent_in_both, s.not_predicted)
        rows.append((s.structure, s.metric.replace("_", " "), s.n, *cells, *counts))
    return Table(header, tuple(rows), "Over cases; pooled: from the counts of all pixels together.")


def _cell(value: float | None) -> Cell:
    return Gap("none") if value is None else value


def _ratio_section(done: Evaluation) -> list[Section]:
    errors = [s for s in done.summaries if s.metric.startswith("ctr_")]
    if not errors:
        return []
    header = (
        "against",
        "figure",
        Column("n", numeric=True),
        Column("mean", 4, numeric=True),
        Column("median", 4, numeric=True),
        Column("least", 4, numeric=True),
        Column("most", 4, numeric=True),
        Column("without", numeric=True),
    )
    names = {"ctr_error": "error (predicted − reference)", "ctr_abs_error": "absolute error"}
    rows = tuple(
        (
            s.against.removeprefix("against "),
            names.get(s.metric, s.metric),
            s.n,
            _cell(s.mean),
            _cell(s.median),
            _cell(s.minimum),
            _cell(s.maximum),
            s.no_value,
        )
        for s in errors
    )
    blocks: list[Block] = [Table(header, rows)]
    if len(done.ratios) > 1:
        reference, predicted = zip(*done.ratios.values(), strict=True)
        bias = sum(p - r for r, p in done.ratios.values()) / len(done.ratios)
        alt = f"Differences of predicted and reference ratio over {len(done.ratios)} cases, mean {bias:+.4f}"
        blocks.append(Drawing.of(measurement_agreement(reference, predicted, "CTR"), alt))
    return [Section("Cardiothoracic ratio", tuple(blocks))]


def _picture_sections(done: Evaluation, task: Task) -> list[Section]:
    sections = []
    seen: set[str] = set()
    for title, ids in (
        ("Worst cases", worst(done.scores, n=SHOWN)),
        ("Median cases", median_cases(done.scores, n=SHOWN)),
    ):
        pictures = [found for case in ids if case not in seen and (found := _picture(case, done, task)) is not None]
        seen |= set(ids)
        if pictures:
            caption = "By mean Dice over structures. Coloured: prediction; white, dashed: reference."
            sections.append(Section(title, (Pictures(tuple(pictures), caption),)))
    return sections


def _picture(case_id: str, done: Evaluation, task: Task) -> Picture | None:
    case = next(case for case in task.cases.cases if case.id == case_id)
    try:
        image, reference = case.read_image(), case.read_target()
        labels = None if case_id in done.failed else task.source(case, image).labels
    except InputError:
        return None
    measured = measure_case(labels, image, case, Statements()) if labels is not None else ()
    calipers = next((one.calipers for one in measured if one.name == "ctr"), ())
    facts = [
        (f"Dice, {s.structure}", "none" if s.value is None else f"{s.value:.3f}")
        for s in done.scores
        if s.case == case_id and s.metric == "dice"
    ]
    facts += [
        (f"HD95, {s.structure}", f"{s.value:.1f} {s.unit}")
        for s in done.scores
        if s.case == case_id and s.metric == "hd95" and s.value is not None
    ]
    if case_id in done.ratios:
        known, found = done.ratios[case_id]
        facts.append(("CTR", f"{found:.3f} (reference {known:.3f})"))
    return film_picture(case_id, image, labels, reference=reference, calipers=calipers, caption=case_id, facts=facts)


def _confusion_section(done: Evaluation) -> list[Section]:
    blocks: list[Block] = []
    if done.matrix is not None:
        alt = "Confusion matrix of all pixels; rows are classes of the reference."
        blocks.append(Drawing.of(confusion_figure(done.matrix.names, done.matrix.pixels), alt))
    blocks.append(Drawing.of(dice_by_structure(done.scores), "Dice of every case by structure."))
    return [Section("Distribution and confusion", tuple(blocks))]


def _curves_section(task: Task) -> list[Section]:
    """How the run learnt, where it is a run's own."""
    if not task.log:
        return []
    alt = f"Loss and validation Dice over {len(task.log)} epochs."
    return [Section("Training", (Drawing.of(curves(task.log), alt, narrow=curves(task.log, stacked=True)),))]


def _cases_table(done: Evaluation, task: Task) -> Table:
    names = _structures(done.summaries)
    value = {(s.case, s.structure, s.metric): s for s in done.scores}
    header: tuple[Column | str, ...] = (
        "case",
        *(Column(f"Dice, {name}", 4, numeric=True) for name in names),
        Column("CTR, reference", 3, numeric=True),
        Column("CTR, predicted", 3, numeric=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for case in task.cases.cases:
        dices = [value.get((case.id, name, "dice")) for name in names]
        ratios = done.ratios.get(case.id)
        cells: tuple[Cell, ...] = ratios if ratios else (Gap("none"), Gap("none"))
        rows.append(
            (
                Link(case.id, case.id),
                *(Gap("none") if d is None or d.value is None else d.value for d in dices),
                *cells,
            )
        )
    return Table(header, tuple(rows))


def _failures(done: Evaluation) -> list[Section]:
    if not done.failed:
        return []
    return [Section("Not predicted", (Table(("case", "reason"), tuple(done.failed.items())),))]


def _provenance(done: Evaluation, task: Task) -> Provenance:
    total = len({score.case for score in done.scores})
    left_out = ((len(done.failed), "not predicted; counted as 0 in the means"),) if done.failed else ()
    flow = Flow((Step("cases with a reference", total, left_out), Step("predicted", total - len(done.failed))))
    split = None
    if task.split is not None:
        parts = tuple(
            (name, int(task.split["subjects"][name]), int(task.split["cases"][name])) for name in task.split["cases"]
        )
        split = Split(parts, len(task.split["shared_subjects"]), str(task.split["subject_from"]))
    facts = (
        *task.facts,
        ("Data", tuple((f"read as ({n})", said) for n, said in enumerate(done.data, start=1))),
        ("Versions", tuple(surroundings.versions().items())),
    )
    return Provenance(flow=flow, split=split, facts=facts)
