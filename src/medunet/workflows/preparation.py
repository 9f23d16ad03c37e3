"""What training starts from: recipe, data, split and plan, without a file written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medunet.cases import Cases, folds, prove, read_cases, split_by_subject
from medunet.cases.names import counted, listed
from medunet.errors import InputError, UsageError
from medunet.planning import BACKGROUND, Fingerprint, Plan, Recipe, fingerprint, make_plan, read_recipe

FOLDS = 5


@dataclass(frozen=True)
class Prepared:
    """What `plan` shows and `train` starts from."""

    recipe: Recipe
    cases: Cases
    portrait: Fingerprint
    plan: Plan


def prepare_training(data: str | Path, recipe: str, changes: Sequence[str] = (), fold: int | None = None) -> Prepared:
    """Read recipe and data, split by subject, and plan; nothing is written.

    Raises:
        InputError: recipe or data cannot be used; the message says where and what to do.
    """
    asked = read_recipe(recipe, changes)
    subject = None if asked.split.subject == "auto" else asked.split.subject
    cases = read_cases(data, rename=asked.rename, subject=subject)
    shares = {"train": asked.split.train, "val": asked.split.val, "test": asked.split.test}
    cases = split_by_subject(cases, shares, asked.split.seed)
    if fold is not None:
        if not 0 <= fold < FOLDS:
            raise UsageError("--fold", f"{fold} is not one of 0 to {FOLDS - 1}", "Folds count from 0")
        cases = folds(cases, FOLDS, asked.split.seed)[fold]
    learn = cases.of("train")
    if not learn.cases or not cases.of("val").cases:
        raise InputError(
            data,
            f"leaves {len(learn.cases)} cases to train on and {len(cases.of('val'))} to validate",
            "Give more subjects, or a larger split.train and split.val",
        )
    if cases.scheme is None:
        raise InputError(data, "has no masks", "Training needs a mask beside every image")
    classes = _classes(asked, cases.scheme.names, data)
    _refuse_partial(learn, classes)
    _refuse_partial(cases.of("val"), classes)
    portrait = fingerprint(learn)
    plan = make_plan(asked, portrait, classes, len(learn.cases))
    return Prepared(asked, cases, portrait, plan)


def _classes(asked: Recipe, names: tuple[str, ...], data: str | Path) -> tuple[str, ...]:
    """The structures to learn, in the order of the data's values."""
    known = f"its structures are {', '.join(names)}"
    if unknown := sorted(set(asked.structures) - set(names)):
        raise InputError(data, f"has no {unknown[0]}: {known}", "Correct the recipe's structures or rename")
    classes = tuple(name for name in names if not asked.structures or name in asked.structures)
    if unknown := sorted(set(asked.training.class_weights) - {BACKGROUND, *classes}):
        raise InputError(data, f"has no {unknown[0]} to weigh: {known}", "Correct the recipe's class_weights")
    return classes


def split_sentence(cases: Cases) -> str:
    """How many cases and subjects each split holds."""
    proof = prove(cases)
    parts = (f"{n} {name} ({counted(proof.subjects[name], 'subject')})" for name, n in proof.cases.items())
    return f"split: {', '.join(parts)}; {proof.method}"


def _refuse_partial(cases: Cases, names: Sequence[str]) -> None:
    """What was not looked for would be learnt as background."""
    partial = [case.id for case in cases if case.annotated is not None and not set(names) <= set(case.annotated)]
    if partial:
        raise InputError(
            cases.source,
            f"{len(partial)} of {len(cases)} cases were not searched for every structure ({listed(partial)}): what is "
            "missing there would be learnt as background",
            "Add their masks, rename the structures, or list only the others in a cases.csv",
        )
