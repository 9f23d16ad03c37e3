"""The figures of a comparison with their words and numbers: differences of subjects, means of seeds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from medunet.reports import Drawing, Numbers
from medunet.reports.figures.paired_differences import DifferenceRow, paired_differences
from medunet.reports.figures.seed_means import SeedRow, seed_means
from medunet.reports.numbers_in_text import interval, p_words, signed
from medunet.workflows.comparison import Comparison, Difference, Seeds, figure_name
from medunet.workflows.comparison_words import better, digits_of

T = TypeVar("T", Difference, Seeds)

_ROWS = 12
"""Rows of one figure at most; the rest is in the tables."""


def difference_drawings(done: Comparison) -> tuple[Drawing, ...]:
    """A figure for each metric and unit."""
    drawings = []
    for (metric, against, unit), tests in _by_metric([one for one in done.differences if one.pairing.cases]).items():
        shown = tests[:_ROWS]
        several = len({one.other for one in tests}) > 1
        rows = [_row(one, several) for one in shown]
        label = _label(metric, against, unit, "other − baseline")
        alt = "; ".join(f"{row.name}: {row.words}" for row in rows)
        left = f" {len(tests) - _ROWS} more rows are in the table." if len(tests) > _ROWS else ""
        caption = (
            "A point for each subject (of more than 400, boxes of the middle 90 % and 50 % and the outermost 80); the "
            f"diamond is the mean with its 95 % interval.{left}"
        )
        columns = ("other", "structure", "subject", "difference")
        numbers = Numbers.of(
            columns,
            [
                (one.other, one.structure, name, value)
                for one in shown
                for name, value in zip(one.pairing.pairs.names, one.pairing.pairs.difference.tolist(), strict=True)
            ],
        )
        wide, narrow = (paired_differences(rows, label, narrow=small) for small in (False, True))
        name = _file("differences", metric, against, unit if len(_units(done.differences, metric)) > 1 else "")
        drawings.append(Drawing.of(wide, alt, caption, narrow, name=name, numbers=numbers))
    return tuple(drawings)


def seed_drawings(done: Comparison) -> tuple[Drawing, ...]:
    """A figure for each metric and unit of the recipes that were trained with several seeds."""
    drawings = []
    for (metric, against, unit), spreads in _by_metric([one for one in done.seeds if one.spread.means]).items():
        shown = spreads[:_ROWS]
        rows = [_seed_row(one, len({s.group for s in spreads}) > 1) for one in shown]
        numbers = Numbers.of(
            ("group", "structure", "seed", "mean"),
            [
                (one.group, one.structure, seed, mean)
                for one in shown
                for seed, mean in zip(one.seeds, one.spread.means, strict=True)
            ],
        )
        label = _label(metric, against, unit, "mean over subjects")
        alt = "; ".join(f"{row.name}: {row.words}" for row in rows)
        wide, narrow = (seed_means(rows, label, narrow=small) for small in (False, True))
        name = _file("seeds", metric, against, unit if len(_units(done.seeds, metric)) > 1 else "")
        caption = "A point for each seed, the line is their mean."
        drawings.append(Drawing.of(wide, alt, caption, narrow, name=name, numbers=numbers))
    return tuple(drawings)


def _row(one: Difference, several: bool) -> DifferenceRow:
    mean, digits = one.figures.mean, digits_of(one)
    words = mean.reason
    if mean.value is not None:
        limits = f" ({interval(mean, digits)})" if mean.low is not None else ""
        p = p_words(one.p_holm) if one.p_holm is not None else "no test"
        words = f"{signed(mean.value, digits)}{limits}\nn {one.pairing.pairs.n}, {p}"
    name = one.structure if one.structure != "all" else figure_name(one.structure, one.metric)
    if several:
        name = f"{one.other}\n{name}"
    return DifferenceRow(name, one.structure, one.pairing.pairs.difference, mean.value, mean.low, mean.high, words)


def _seed_row(one: Seeds, several: bool) -> SeedRow:
    deviation = one.spread.between_seeds
    words = f"SD {deviation.value:.2g}" if deviation.value is not None else deviation.reason
    if one.spread.range is not None:
        words = f"{len(one.spread.means)} seeds, range {one.spread.range:.2g}\n{words}"
    name = one.structure if one.structure != "all" else figure_name(one.structure, one.metric)
    return SeedRow(f"{one.group}\n{name}" if several else name, one.structure, one.spread.means, words)


def _by_metric(found: Sequence[T]) -> dict[tuple[str, str, str], list[T]]:
    """Metric, what it was compared with, and unit → rows of one axis."""
    sorted_out: dict[tuple[str, str, str], list[T]] = {}
    for one in found:
        sorted_out.setdefault((one.metric, one.against, _unit(one)), []).append(one)
    return sorted_out


def _unit(one: Difference | Seeds) -> str:
    return one.pairing.unit if isinstance(one, Difference) else one.unit


def _units(found: Sequence[Difference] | Sequence[Seeds], metric: str) -> set[str]:
    return {_unit(one) for one in found if one.metric == metric}


def _label(metric: str, against: str, unit: str, what: str) -> str:
    """The axis in words, with the better side."""
    side = f"; {better(metric)} is better" if better(metric) else ""
    plain = unit if unit not in ("", "ratio") else ""
    return f"{figure_name('all', metric, against)}, {what}{f' ({plain})' if plain else ''}{side}"


def _file(*words: str) -> str:
    """A figure's name: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join(word for word in words if word).lower()).strip("-")
