"""The page of evaluate: scores with their n, failures beside the means, worst and median cases as pictures."""

from __future__ import annotations

from collections.abc import Sequence

from medunet.cases.names import counted
from medunet.reports import (
    Block,
    Cell,
    Column,
    Flow,
    Gap,
    Link,
    Page,
    Paragraph,
    Provenance,
    Section,
    Split,
    Step,
    Table,
    checklist_block,
)
from medunet.scoring import ALL, Summary
from medunet.workflows import surroundings
from medunet.workflows.evaluation import Evaluation, Task
from medunet.workflows.evaluation_agreement import agreement_blocks
from medunet.workflows.evaluation_answer import key_figures, summary_sentences
from medunet.workflows.evaluation_calibration import calibration_section
from medunet.workflows.evaluation_drawings import confusion_drawing, curves_drawing, dice_drawing
from medunet.workflows.evaluation_methods import evaluation_facts, evaluation_methods
from medunet.workflows.evaluation_pictures import picture_sections
from medunet.workflows.evaluation_precision import held_sentence, precision_section, subgroup_section
from medunet.workflows.evaluation_roc import roc_section
from medunet.workflows.evaluation_surfaces import surface_section
from medunet.workflows.evaluation_tables import RATIOS, named, ratio_table, rule_of_intervals, score_table
from medunet.workflows.interval_words import interval_sentence

EMPTIES_RULE = (
    "A structure absent in reference and prediction has no score and is counted. A structure that was missed or "
    "invented, and every structure of a case that could not be predicted, counts as 0 in Dice, IoU, precision, recall "
    "and F1. Specificity and accuracy stay as counted; the background dominates them. Distances: see Surfaces."
)
FOR_A_PAPER = (
    "Only what was recorded stands here; the author adds who drew the reference, when and from where the films came, "
    "and what the scores are meant to show."
)
ABOUT_LISTS = (
    'Filled where this run knows the answer, with the place on this page. "author" marks what no software can know.'
)


def evaluation_page(done: Evaluation, task: Task) -> Page:
    """The page of `report.html`."""
    sections = [
        _scores_section(done),
        precision_section(done),
        *subgroup_section(done),
        Section("Flow of numbers", (_flow(done, task),)),
        surface_section(done),
        *_ratio_section(done, task),
        *picture_sections(done, task),
        *_confusion_section(done),
        roc_section(done),
        calibration_section(done.calibration),
        *_curves_section(task),
        Section("Every case", (_cases_table(done, task),)),
        *_failures(done),
    ]
    sections.append(Section("Methods", (Paragraph(FOR_A_PAPER), evaluation_methods(done, task))))
    facts = evaluation_facts(done, task, [section.title for section in sections])
    lists = (checklist_block(facts, "claim-2024"), checklist_block(facts, "stard-ai-2025"))
    sections.append(Section("Checklists", (Paragraph(ABOUT_LISTS), *lists)))
    return Page(
        title=f"medunet evaluate: {done.subject}",
        command="medunet evaluate",
        summary=_summary(done, task),
        sections=tuple(sections),
        provenance=_provenance(done, task),
    )


def _summary(done: Evaluation, task: Task) -> tuple[str, ...]:
    """What was compared with what, in words that need no statistics; a caution comes before everything."""
    cases = task.cases.cases
    who = f"{counted(len(cases), 'image')} of {counted(len({case.subject for case in cases}), 'subject')}"
    what = "outlines by the model" if task.plan is not None else "the given outlines"
    first = (
        f"{who}: {what} were laid over the reference's. Dice is the share of the area that both have in common: 1 "
        "where they are the same, 0 where they do not meet."
    )
    sentences = summary_sentences(done)
    before = 1 if done.caution else 0
    return (*sentences[:before], first, *sentences[before:])


def _structures(summaries: Sequence[Summary]) -> list[str]:
    return [name for name in dict.fromkeys(s.structure for s in summaries) if name != ALL]


def _scores_section(done: Evaluation) -> Section:
    caption = "Over cases; pooled: from the counts of all pixels together."
    blocks = score_table(done, named(RATIOS), caption, pooled=True)
    rules = (*rule_of_intervals(done), Paragraph(EMPTIES_RULE, "note"))
    return Section("Scores", (key_figures(done), *blocks, *rules))


def _ratio_section(done: Evaluation, task: Task) -> list[Section]:
    if not any(s.metric.startswith("ctr_") for s in done.summaries):
        return []
    blocks = [*ratio_table(done), Paragraph(held_sentence(done.held, done.calibrating))]
    if task.intervals is not None:
        blocks.append(Paragraph(interval_sentence(task.intervals)))
    blocks += agreement_blocks(done)
    return [Section("Cardiothoracic ratio", tuple(blocks))]


def _confusion_section(done: Evaluation) -> list[Section]:
    blocks: list[Block] = []
    if done.matrix is not None:
        blocks.append(confusion_drawing(done.matrix))
    blocks.append(dice_drawing(done))
    return [Section("Distribution and confusion", tuple(blocks))]


def _curves_section(task: Task) -> list[Section]:
    """How the run learnt, where it is a run's own."""
    if not task.log:
        return []
    return [Section("Training", (curves_drawing(task),))]


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


def _flow(done: Evaluation, task: Task) -> Flow:
    """All cases of the data, those to be scored, those with a prediction."""
    cases = task.cases.cases
    n, subjects = len(cases), len({case.subject for case in cases})
    came = Step("cases in the data", n + sum(count for count, _ in task.left_out), task.left_out)
    failed = ((len(done.failed), "without a prediction: in the means as 0"),)
    scored = Step("cases to be scored, each with a reference", n, failed, f"{subjects} subjects")
    return Flow((came, scored, Step("cases with a prediction", n - len(done.failed))))


def _provenance(done: Evaluation, task: Task) -> Provenance:
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
    return Provenance(split=split, facts=facts)
