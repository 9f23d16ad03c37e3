"""The tables that compare writes, as columns and rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from medunet.studies import Estimate
from medunet.workflows.comparison import Comparison, Difference

Rows = list[Sequence[Any]]

_FIGURE = ("baseline", "other", "structure", "metric", "against", "unit")
_ESTIMATES = ("mean_difference", "median_difference", "rank_biserial", "d_z", "showable_difference")
TEST_COLUMNS = (
    *_FIGURE,
    "cases",
    "subjects",
    *(f"{name}{part}" for name in _ESTIMATES for part in ("", "_low", "_high", "_reason")),
    *(
        f"{test}_{part}"
        for test in ("wilcoxon", "sign_flips")
        for part in ("statistic", "p", "p_holm", "reason", "units")
    ),
    "mean_difference_with_seeds_low",
    "mean_difference_with_seeds_high",
    "mean_difference_with_seeds_reason",
)
"""The columns of `tests.csv`, in order."""


def comparison_tables(done: Comparison) -> dict[str, tuple[Sequence[str], Rows]]:
    """Name → columns and rows; a table without a row has its heading, so that it is seen to be empty."""
    return {
        "tests": (TEST_COLUMNS, [_test(one) for one in done.differences]),
        "subjects": (
            (*_FIGURE, "subject", "baseline_mean", "other_mean", "difference"),
            [row for one in done.differences for row in _subjects(one)],
        ),
        "runs": (
            ("run", "structure", "metric", "against", "unit", "cases", "subjects", "mean", "failures"),
            [
                (s.entry, s.structure, s.metric, s.against, s.unit, s.cases, s.subjects, s.mean, s.failures)
                for s in done.sides
            ],
        ),
        "seeds": (
            ("group", "structure", "metric", "against", "unit", "seed", "mean"),
            [
                (one.group, one.structure, one.metric, one.against, one.unit, seed, mean)
                for one in done.seeds
                if one.spread.means
                for seed, mean in zip(one.seeds, one.spread.means, strict=True)
            ],
        ),
        "settings": (("key", *done.entries), [(key, *values) for key, values in done.settings]),
        "not-compared": (
            ("name", "kind", "item", "why"),
            [*_alone(done), *(row for one in done.differences for row in _holes(one))],
        ),
    }


def _test(one: Difference) -> Sequence[Any]:
    found, pairing = one.figures, one.pairing
    estimates = (found.mean, found.median, found.rank_biserial, found.d_z, found.showable)
    cells: list[Any] = [*_figure(one), len(pairing.cases), pairing.pairs.n]
    for estimate in estimates:
        cells += [estimate.value, estimate.low, estimate.high, estimate.reason]
    for test, holm in ((found.wilcoxon, one.p_holm), (found.sign_flips, one.p_holm_flips)):
        cells += [test.statistic, test.p_value, holm, test.reason, test.units]
    both: Estimate | None = one.with_seeds
    return [
        *cells,
        *((None, None, "no group has several seeds") if both is None else (both.low, both.high, both.reason)),
    ]


def _figure(one: Difference) -> tuple[str, ...]:
    return one.baseline, one.other, one.structure, one.metric, one.against, one.pairing.unit


def _subjects(one: Difference) -> Rows:
    pairs = one.pairing.pairs
    columns = (pairs.first.tolist(), pairs.second.tolist(), pairs.difference.tolist())
    return [(*_figure(one), name, *numbers) for name, *numbers in zip(pairs.names, *columns, strict=True)]


def _alone(done: Comparison) -> Rows:
    cases: Rows = [(name, "case", case, "not in all") for name, found in done.alone.items() for case in found]
    structures = [
        (name, "structure", structure, "not in all")
        for name, found in done.structures_alone.items()
        for structure in found
    ]
    return [*cases, *structures]


def _holes(one: Difference) -> Rows:
    """Cases that are in both and have no pair of values."""
    pairing = one.pairing
    reasons = (
        (pairing.only_first, f"a value in {one.baseline} alone"),
        (pairing.only_second, f"a value in {one.other} alone"),
        (pairing.neither, "no value in either"),
        (pairing.other_unit, "values in different units"),
    )
    return [(one.name, "case", case, why) for cases, why in reasons for case in cases]
