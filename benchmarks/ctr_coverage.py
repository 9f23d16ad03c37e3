"""How often conformal intervals of the cardiothoracic ratio hold the reference, by cross-validation on real films.

    python benchmarks/ctr_coverage.py FOLDER_OF_FOLDS DATA [--test | --deal-test] [--json FILE]

FOLDER_OF_FOLDS holds fold-0, fold-1, … of `medunet train DATA --fold K --set training.monitor=none`, so that the films
of each validation fold neither trained nor chose the weights of its network. Each network predicts its own validation
fold, once. Then the intervals are made of all folds but one and tested on that one, for every fold in turn: no film is
on both sides. Printed per ratio, for intervals of one width and for those scaled by quality: the share of films whose
reference lies inside with Wilson's 95 % interval (clustered where a subject has several films), the mean width of the
intervals, and both again among the third of films of the lowest quality.

Quality here is the expected Dice of the network's own probabilities, 2 Σ p·m / (Σ p + Σ m) over the pixels, the mean
over structures: it needs no reference and nothing that was fitted. With `--test` the films of the test split are
predicted by all folds together, with the intervals that the folds pool: that looks at the assumption that their common
prediction is no worse than its members. With `--deal-test` they are dealt out among the folds, none of which has seen
them, and count as films of their fold: more subjects, and none left that took part in nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from medunet.cases import Case, read_cases
from medunet.measuring import LEVEL, CaseErrors, Intervals
from medunet.prediction import Model, Prediction, load_model
from medunet.studies import Bounds, IntervalShare, share_inside
from medunet.workflows.calibrating import why_no_intervals
from medunet.workflows.measured import Statements, measure_case
from medunet.workflows.surroundings import machine, versions

RATIOS = ("ctr", "ctr_widest", "ctr_midline")
KINDS = {"one width": False, "scaled by quality": True}
EVERY, LOWEST = "all", "lowest third"


@dataclass(frozen=True)
class Tested:
    """One film with its interval.

    Attributes:
        bounds: interval and reference, both relative to the prediction: the reference is the error.
        width: of the interval, NaN without one.
        quality: the expected Dice.
    """

    bounds: Bounds
    width: float
    quality: float


def held_out(fold: Path, data: Path, split: str) -> list[Case]:
    """The cases of one split of a fold, with the model's names."""
    with (fold / "split.csv").open(newline="", encoding="utf-8") as file:
        wanted = {row["case"] for row in csv.DictReader(file) if row["split"] == split}
    rename = load_model(fold).plan.rename
    return [case for case in read_cases(data, rename=rename) if case.id in wanted]


def dealt(folds: Sequence[Path], data: Path) -> list[list[Case]]:
    """The cases of the test split, each given to one of the folds, which share that split."""
    return [held_out(fold, data, "test")[number :: len(folds)] for number, fold in enumerate(folds)]


def expected_dice(model: Model, said: Prediction) -> float:
    """Mean over structures of the Dice that a prediction's own probabilities let expect; NaN where it found none."""
    if said.probabilities is None:
        raise ValueError("predict with probabilities")
    found = []
    for name, shares in zip(model.plan.classes, said.probabilities[-len(model.plan.classes) :], strict=True):
        mask = said.labels.mask(name)
        if mask.any():
            found.append(2 * float(shares[mask].sum()) / float(shares.sum() + mask.sum()))
    return float(np.mean(found)) if found else float("nan")


def predicted(model: Model, cases: Sequence[Case], what: str) -> list[CaseErrors]:
    """The errors of a model on cases, each predicted once."""
    errors = []
    for number, case in enumerate(cases, start=1):
        image = case.read_image()
        said = model.predict(image, probabilities=True)
        wanted, found = (measure_case(one, image, case, Statements()) for one in (case.read_target(), said.labels))
        quality = expected_dice(model, said)
        known = None if np.isnan(quality) else quality
        errors.append(CaseErrors.of(case.subject, case.image_key(), wanted, found, known))
        print(f"\r{what}: {number}/{len(cases)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return errors


def tested(intervals: Intervals, cases: Sequence[CaseErrors], name: str) -> Iterator[Tested]:
    """The films that have an error, each with the interval that it would get."""
    for case in cases:
        error = case.errors.get(name)
        if error is None:
            continue
        half = intervals.half_width(name, case.quality)
        limits = (None, None, None) if half is None else (-half, half, LEVEL)
        width = float("nan") if half is None else 2 * half
        quality = float("nan") if case.quality is None else case.quality
        yield Tested(Bounds(case.subject, error, *limits), width, quality)


def row(found: Sequence[Tested]) -> dict[str, Any]:
    """Coverage and width of all films and of the third of the lowest quality."""
    order = sorted(found, key=lambda one: one.quality)
    parts = {EVERY: list(found), LOWEST: order[: len(order) // 3]}
    return {
        name: {
            "coverage": share_inside([one.bounds for one in films]).to_dict(),
            "width": float(np.nanmean([one.width for one in films])) if films else None,
            "films": len(films),
            "words": in_words(share_inside([one.bounds for one in films])),
        }
        for name, films in parts.items()
    }


def in_words(share: IntervalShare) -> str:
    """A share in % with its interval."""
    inside = share.inside
    if inside.value is None or inside.low is None or inside.high is None:
        return f"none ({inside.reason})"
    return f"{100 * inside.value:5.1f} ({100 * inside.low:.1f} to {100 * inside.high:.1f})"


def crossed(folds: Sequence[Sequence[CaseErrors]], name: str, *, scaled: bool) -> list[Tested]:
    """Every fold tested with the intervals of the others."""
    found: list[Tested] = []
    for number, fold in enumerate(folds):
        others = [case for other, cases in enumerate(folds) if other != number for case in cases]
        intervals = Intervals.of(others, "the other folds", scaled=scaled)
        if isinstance(intervals, str):
            raise SystemExit(f"no intervals: {intervals}")
        if why := intervals.why_none(name):
            raise SystemExit(f"no intervals of {name}: {why}")
        found += tested(intervals, fold, name)
    return found


def print_table(title: str, rows: dict[str, dict[str, Any]]) -> None:
    """A line for each ratio and kind of interval."""
    print(f"\n{title}")
    print(f"coverage in %, level {100 * LEVEL:.0f} %; right: the third of films of the lowest quality")
    header = f"{'films':>5} {'coverage':28} {'width':>6}"
    print(f"{'ratio':12} {'interval':18} {header} {header}")
    for key, found in rows.items():
        name, kind = key.split("|")
        every, low = found[EVERY], found[LOWEST]
        print(
            f"{name:12} {kind:18} {every['films']:5d} {every['words']:28} {every['width']:6.3f} "
            f"{low['films']:5d} {low['words']:28} {low['width']:6.3f}"
        )


def main() -> None:
    """Predict, cross, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folds", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--test", action="store_true", help="also the test split, by all folds together")
    parser.add_argument("--deal-test", action="store_true", help="the test split too, dealt out among the folds")
    parser.add_argument("--json", type=Path, default=None)
    told = parser.parse_args()
    places = sorted(path for path in told.folds.glob("fold-*") if (path / "model" / "model.json").is_file())
    if len(places) < 2:
        raise SystemExit(f"{told.folds} holds {len(places)} trained folds; give 2 or more")
    folds = []
    more = dealt(places, told.data) if told.deal_test else [[] for _ in places]
    for place, others in zip(places, more, strict=True):
        model = load_model(place)
        if why := why_no_intervals(model.plan, fine_tuned=False):
            raise SystemExit(f"{place}: {why}")
        folds.append(predicted(model, [*held_out(place, told.data, "val"), *others], place.name))
    kinds = [(name, kind, scaled) for name in RATIOS for kind, scaled in KINDS.items()]
    lacking = sum(case.errors.get("ctr") is None for fold in folds for case in fold)
    films, subjects = sum(map(len, folds)), len({case.subject for fold in folds for case in fold})
    print(f"{films} films of {subjects} subjects in {len(folds)} folds; {lacking} have no ratio on one side")
    result: dict[str, Any] = {f"{name}|{kind}": row(crossed(folds, name, scaled=how)) for name, kind, how in kinds}
    print_table("cross-validation: calibrated on all folds but one, tested on that one", result)
    tests: dict[str, Any] = {}
    if told.test:
        errors = predicted(load_model(told.folds), held_out(places[0], told.data, "test"), "test, all folds")
        for name, kind, how in kinds:
            pooled = Intervals.of([case for fold in folds for case in fold], "folds", scaled=how)
            if isinstance(pooled, Intervals):
                tests[f"{name}|{kind}"] = row(list(tested(pooled, errors, name)))
        print_table("test split: predicted by all folds together, intervals of all folds", tests)
    if told.json is not None:
        facts = {"machine": machine(), "versions": versions(), "folds": len(folds), "films": films}
        errors = [[{**case.errors, "quality": case.quality} for case in fold] for fold in folds]
        told.json.write_text(json.dumps(facts | {"crossed": result, "test": tests, "errors": errors}, indent=1))


if __name__ == "__main__":
    main()
