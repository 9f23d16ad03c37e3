"""The tables of the page of a study of agreement."""

from __future__ import annotations

from medunet.reports import Block, Cell, Column, Gap, Interval, Table
from medunet.reports.numbers_in_text import p_words
from medunet.studies import Agreement, Estimate
from medunet.studies.agreement_flips import Flips
from medunet.workflows.remarks import own_remarks, shared_remarks
from medunet.workflows.study_agreement_result import AgreementStudy, difference, figures_of

SHOWN = 20
"""Films listed by name on the page; pairs.csv holds all."""


def estimates_tables(study: AgreementStudy) -> tuple[Table, Table]:
    """Every figure with its interval: those in the measurement's unit, then shares and coefficients."""
    figures = figures_of(study.found)
    one, two = study.pairing.names
    unit = "" if study.pairing.unit == "ratio" else study.pairing.unit
    lengths = [_figure(name, found) for name, found, own in figures if own]
    shares = [_figure(name, found) for name, found, own in figures if not own]
    return (
        Table(_header(study.digits, unit), tuple(lengths), f"Differences are {one} − {two}."),
        Table(_header(3, ""), tuple(shares), "Shares, slopes and coefficients. The methods are below."),
    )


def _header(digits: int, unit: str) -> tuple[Column | str, ...]:
    value = Column("value [95 % interval]", digits, unit, numeric=True)
    return ("figure", value, Column("cases", numeric=True), Column("subjects", numeric=True), "remark")


def _figure(name: str, one: Estimate) -> tuple[Cell, ...]:
    return (name, estimate_cell(one), one.rows, one.subjects, one.reason or "–")


def flips_blocks(study: AgreementStudy) -> tuple[Block, ...]:
    """A table of both decisions for each cut-off."""
    return tuple(flips_table(one, study.pairing.names) for one in study.found.flips)


def flips_table(flips: Flips, methods: tuple[str, str]) -> Table:
    """Both decisions as two rows and two columns, with the share of flips and McNemar's test."""
    one, two = methods
    at = f"{flips.cut_off:g}"
    header = ("", Column(f"{two} above {at}", numeric=True), Column(f"{two} not above", numeric=True))
    rows: tuple[tuple[Cell, ...], ...] = (
        (f"{one} above {at}", flips.both, flips.first_only),
        (f"{one} not above", flips.second_only, flips.neither),
    )
    share, test = flips.share, flips.test
    said = [f"Equal is not above. Different: {flips.first_only + flips.second_only}"]
    if share.value is not None and share.low is not None and share.high is not None:
        said.append(f"{100 * share.value:.1f} % [{100 * share.low:.1f} to {100 * share.high:.1f}]")
    said.append(test.reason if test.p_value is None else f"{test.method.name}: {p_words(test.p_value)}")
    return Table(header, rows, "; ".join(said) + ".")


def parts_table(study: AgreementStudy) -> Table:
    """The figures that carry over, for each level of each column."""
    digits = study.digits
    flips = study.cut_off is not None
    header: tuple[Column | str, ...] = (
        "subgroup",
        Column("cases", numeric=True),
        Column("subjects", numeric=True),
        Column("bias", digits, numeric=True),
        Column("MAE", digits, numeric=True),
        Column("lower limit", digits, numeric=True),
        Column("upper limit", digits, numeric=True),
        Column("CV", 3, numeric=True),
        Column("ICC(2,1)", 2, numeric=True),
        *((Column(f"flips at {study.cut_off:g}", 2, numeric=True), "flips, first + second") if flips else ()),
        Column("exactly equal", 2, numeric=True),
    )
    rows = [_part(f"{part.column} = {part.level}", part.found) for part in study.parts]
    caption = "CV is within subject, by root mean square; flips: above by the first alone + by the second alone."
    return Table(header, (_part("all", study.found), *rows), caption)


def _part(name: str, found: Agreement) -> tuple[Cell, ...]:
    plot = found.bland_altman
    lengths = (plot.bias, found.mae, plot.lower, plot.upper)
    cells = [estimate_cell(one) for one in lengths]
    cells += [estimate_cell(found.cv), estimate_cell(found.intraclass.absolute)]
    for one in found.flips:
        cells += [estimate_cell(one.share), f"{one.first_only} + {one.second_only}"]
    return (name, found.cases, found.subjects, *cells, estimate_cell(found.equal))


def largest_table(study: AgreementStudy) -> Table:
    """The cases whose two numbers lie farthest apart, by name."""
    one, two = study.pairing.names
    digits = max(study.digits, 3) if study.pairing.unit in ("", "ratio") else study.digits
    header = (
        "case",
        Column(one, digits, numeric=True),
        Column(two, digits, numeric=True),
        Column("difference", digits, numeric=True),
        "remarks",
    )
    sides = [[{"value": 0, "reason": pair.reasons[side]} for pair in study.pairing.complete] for side in (0, 1)]
    shared = [shared_remarks(side) for side in sides]  # what holds for every film explains no difference
    rows: list[tuple[Cell, ...]] = []
    for pair in study.largest[:SHOWN]:
        own = [own_remarks({"reason": why}, said) for why, said in zip(pair.reasons, shared, strict=True)]
        words = [f"{name}: {why}" for name, why in zip(study.pairing.names, own, strict=True) if why]
        if pair.first is not None and pair.second is not None:
            rows.append((pair.case, pair.first, pair.second, difference(pair), "; ".join(words) or "–"))
    more = len(study.pairing.complete) - len(rows)
    return Table(header, tuple(rows), f"All pairs are in pairs.csv ({more} more)." if more else "All pairs.")


def estimate_cell(one: Estimate) -> Cell:
    """A number with its interval, or as much of it as there is; a reason where there is no number."""
    if one.value is None:
        return Gap(one.reason)
    return one.value if one.low is None or one.high is None else Interval(one.value, one.low, one.high)
