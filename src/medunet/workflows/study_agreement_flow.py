"""The flow of a study of agreement: how many rows each reading has, which found a partner, which have both numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from medunet.reports import Block, Cell, Column, Flow, Paragraph, Step, Table
from medunet.workflows.study_agreement_pairs import Pair
from medunet.workflows.study_agreement_result import AgreementStudy


def first_flow(study: AgreementStudy) -> Flow:
    """From all rows of the first reading to the cases that are compared."""
    rows, pairing, found = study.rows, study.pairing, study.found
    one, two = pairing.names
    where = f"rows of {rows.value} in {one}" if pairing.tables else f"rows of {rows.name}"
    steps = [Step(where, rows.came, rows.left_out)]
    if rows.left_out:
        steps.append(Step("rows that meet the conditions", len(rows.rows)))
    alone = (len(pairing.alone[0]), f"no row of that case in {two}")
    steps[-1] = Step(steps[-1].label, steps[-1].count, (*steps[-1].left_out, alone))
    holes = Counter((pair.first is None, pair.second is None) for pair in pairing.pairs)
    left_out = (
        (holes[True, False], f"no number of {one}"),
        (holes[False, True], f"no number of {two}"),
        (holes[True, True], "no number of either"),
    )
    both = "cases in both" if pairing.tables else "rows"
    steps.append(Step(both, len(pairing.pairs), left_out))
    if found.copies:
        copies = (found.copies, "all rows of their subject are there several times")
        steps.append(Step("with both numbers", len(pairing.complete), (copies,)))
    note = f"of {found.subjects} subjects"
    return Flow((*_merged(steps), Step("cases compared", found.cases, note=note)))


def second_flow(study: AgreementStudy) -> Flow | None:
    """From all rows of the second table to the cases in both; None where both are columns of one table."""
    pairing = study.pairing
    if not pairing.tables:
        return None
    one, two = pairing.names
    alone = len(pairing.alone[1])
    why = f"no row of that case in {one}" + (" that meets the conditions" if study.rows.left_out else "")
    came = len(pairing.pairs) + alone
    return Flow((Step(f"rows in {two}", came, ((alone, why),)), Step("cases in both", len(pairing.pairs))))


def flow_blocks(study: AgreementStudy) -> tuple[Block, ...]:
    """Both flows, and why there is no number where there is none."""
    blocks: list[Block] = [first_flow(study)]
    if (second := second_flow(study)) is not None:
        blocks.append(second)
    blocks.append(Paragraph(f"Subjects: {study.rows.subject_from}."))
    if reasons := missing_reasons(study.pairing.pairs):
        header: tuple[Column | str, ...] = (
            "why there is no number",
            *(Column(name, numeric=True) for name in study.pairing.names),
        )
        blocks.append(Table(header, reasons, "Of the cases in both."))
    return tuple(blocks)


def missing_reasons(pairs: Sequence[Pair]) -> tuple[tuple[Cell, ...], ...]:
    """Reason → how often it stands in the place of a number of the first and of the second, the commonest first."""
    counts: dict[str, list[int]] = {}
    for pair in pairs:
        for which, value in enumerate((pair.first, pair.second)):
            if value is None:
                counts.setdefault(pair.reasons[which] or "not said", [0, 0])[which] += 1
    order = sorted(counts.items(), key=lambda item: (-sum(item[1]), item[0]))
    return tuple((reason, *count) for reason, count in order)


def _merged(steps: Sequence[Step]) -> list[Step]:
    """The steps without those at which nothing happens and the same is counted."""
    return [step for number, step in enumerate(steps) if number == 0 or step.left_out or step.label != "rows"]
