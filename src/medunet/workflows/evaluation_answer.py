"""What evaluate's page says first: sentences and key figures, each mean and median with its interval."""

from __future__ import annotations

from medunet.cases.names import counted
from medunet.reports import KeyFigure, KeyFigures
from medunet.scoring import ALL, Summary
from medunet.workflows.evaluation import Evaluation
from medunet.workflows.evaluation_intervals import why_none
from medunet.workflows.evaluation_precision import precision_sentence
from medunet.workflows.evaluation_tables import in_words

BRACKETS = "In brackets: 95 % intervals, subjects as units."


def summary_sentences(done: Evaluation) -> tuple[str, ...]:
    """The answer in plain words, with what it rests on and how sure it is."""
    cases = len({score.case for score in done.scores})
    lines = []
    for dice in _dices(done):
        penal = _penalties(dice)
        words = f", {penal} of them counted as 0 because it was missed, invented or not predicted" if penal else ""
        place = _place(done, dice, 3)
        over = counted(dice.n, "case")
        lines.append(f"{dice.structure}: mean Dice {place[0]}, median {place[1]}, over {over}{words}.")
    lines += [f"{one.structure}: no case has a Dice ({_nowhere(one)})." for one in _without_dice(done)]
    error = done.summary(ALL, "ctr_abs_error")
    if error is not None and error.mean is not None:
        lines.append(
            f"Cardiothoracic ratio: mean absolute error {_place(done, error, 4)[0]} against the reference masks, over "
            f"{error.n} of {counted(error.cases, 'case')}."
        )
    if done.failed:
        lines.append(f"{len(done.failed)} of {cases} cases have no prediction.")
    return (*([done.caution] if done.caution else []), *lines, *sureness(done))


def key_figures(done: Evaluation) -> KeyFigures:
    """Mean Dice of every structure, and the error of the ratio."""
    items = []
    for dice in (one for one in done.summaries if one.metric == "dice" and one.structure != ALL):
        penal = _penalties(dice)
        notes = [f"{penal} missed, invented or not predicted, counted as 0"] if penal else []
        value, median = _place(done, dice, 3)
        notes += [f"median {median}"] if dice.mean is not None else ["no case has a value"]
        rests = f"{counted(dice.n, 'case')} of {counted(dice.subjects, 'subject')}"
        items.append(KeyFigure(f"Mean Dice, {dice.structure}", *_apart(value), n=rests, note="; ".join(notes)))
    error = done.summary(ALL, "ctr_abs_error")
    if error is not None and error.mean is not None:
        notes = [f"{error.no_value} without a number"] if error.no_value else []
        value, median = _place(done, error, 4)
        note = "; ".join([*notes, f"median {median}"])
        items.append(KeyFigure("CTR, mean absolute error", *_apart(value), n=counted(error.n, "case"), note=note))
    return KeyFigures(tuple(items))


def _apart(text: str) -> tuple[str, str]:
    """The number that is seen first, and its interval, smaller beside it."""
    value, _, limits = text.partition(" ")
    return value, limits


def _dices(done: Evaluation) -> list[Summary]:
    return [s for s in done.summaries if s.metric == "dice" and s.structure != ALL and s.mean is not None]


def _without_dice(done: Evaluation) -> list[Summary]:
    """Dice of the structures that no case has a value of."""
    return [s for s in done.summaries if s.metric == "dice" and s.structure != ALL and s.mean is None]


def _nowhere(dice: Summary) -> str:
    """Why no case has a value, counted."""
    counts = {
        "in neither mask": dice.absent_in_both,
        "not looked for": dice.not_looked_for,
        "undefined": dice.undefined,
    }
    return ", ".join(f"{why} in {counted(number, 'case')}" for why, number in counts.items() if number)


def _penalties(dice: Summary) -> int:
    return dice.missed + dice.invented + dice.not_predicted


def _place(done: Evaluation, summary: Summary, digits: int) -> tuple[str, str]:
    """Mean and median in words; a dash where there is none."""
    if summary.mean is None:
        return "–", "–"
    known = done.interval(summary)
    return in_words(known.mean, digits), in_words(known.median, digits)


def sureness(done: Evaluation) -> list[str]:
    """How sure the figures are: what the brackets are, why there are none, what such a number of subjects can show."""
    error = done.summary(ALL, "ctr_abs_error")
    named = {f"the mean Dice of {dice.structure}": done.interval(dice).mean for dice in _dices(done)}
    if error is not None and error.mean is not None:
        named["the error of the ratio"] = done.interval(error).mean
    lines = [BRACKETS] if any(one.low is not None for one in named.values()) else []
    return [*lines, *why_none(named), *filter(None, [precision_sentence(done)])]
