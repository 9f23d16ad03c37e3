"""The page of audit: the portrait first, then every check with its outcome, then the findings with pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from medunet.auditing import Evidence, Portrait, Result
from medunet.auditing.portrait import Counts, Histogram
from medunet.cases import Case
from medunet.cases.names import counted
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
    Numbers,
    Page,
    Paragraph,
    Picture,
    Pictures,
    Provenance,
    Section,
    State,
    Step,
    Table,
    film_picture,
)
from medunet.reports.figures.style import ACCENT, MARK, new_figure, styled
from medunet.reports.tables import Level
from medunet.workflows import surroundings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXAMPLES = 12
"""Films of the contact sheet."""

PER_CHECK = 8
"""Pictures a check."""

ROWS = 100
"""Findings a check on the page; audit.csv has all."""

_UNLOOKED = ("skipped", "silenced", "not applicable")

_LEVELS: dict[str, Level] = {
    "issue": "bad",
    "warning": "warning",
    "passed": "good",
    "not applicable": "neutral",
    "skipped": "neutral",
    "silenced": "neutral",
}
_LONGEST = 30
_COLOURS = (MARK, ACCENT, "#3a9d6e", "#8a5fbf", "#b08900", "#5c6670")


def audit_page(name: str, portrait: Portrait, results: Sequence[Result], evidence: Evidence) -> Page:
    """The page of `report.html`.

    Args:
        name: of the data.
        portrait: what they hold.
        results: every check with its outcome.
        evidence: the cases, for pictures, and how they were read.
    """
    known = {case.id: case for case in evidence.cases}
    sections = [Section("Portrait", tuple(_portrait(portrait))), Section("Examples", (_examples(evidence),))]
    sections.append(Section("Checks", tuple(_checks(results))))
    ordered = sorted(results, key=lambda result: result.outcome != "issue")  # issues first, else in order of the codes
    sections += [_section(result, known) for result in ordered if result.findings]
    said = tuple(Paragraph(sentence) for sentence in evidence.gathered.provenance)
    if said:
        sections.append(Section("How the data were read", said))
    return Page(
        title=f"medunet audit: {name}",
        command="medunet audit",
        summary=_summary(portrait, results),
        sections=tuple(sections),
        provenance=_provenance(portrait),
    )


def _summary(portrait: Portrait, results: Sequence[Result]) -> tuple[str, ...]:
    wrong = [result for result in results if result.outcome == "issue"]
    odd = [result for result in results if result.outcome == "warning"]
    unlooked = sum(result.outcome in _UNLOOKED for result in results)
    looked = len(results) - unlooked
    first = (
        "Something is wrong with these data" if wrong else f"No issue was found by the {looked} checks that could look"
    )
    return (
        f"{first}: {_listed(wrong)}." if wrong else f"{first}.",
        f"{'A person should look at' if odd else 'Nothing else asks for a look'}{': ' if odd else ''}{_listed(odd)}.",
        f"{unlooked} of {len(results)} checks could not be made, because the data hold nothing of the kind or because "
        "you silenced them: nothing is known of what they look for.",
        f"{counted(portrait.cases, 'case')} of {counted(portrait.subjects, 'subject')}, {portrait.masks} with a "
        "readable mask.",
    )


def _listed(results: Sequence[Result]) -> str:
    """Checks with the number of their findings."""
    return ", ".join(f"{result.check.title} ({len(result.findings)})" for result in results)


def _portrait(portrait: Portrait) -> list[Block]:
    """Counts, then what is in the pictures, then what is in the masks."""
    ratios = sorted(portrait.ratios)
    middle = f"{ratios[len(ratios) // 2]:.3f}" if ratios else "–"
    figures = KeyFigures(
        (
            KeyFigure("Cases", str(portrait.cases), n=f"{portrait.subjects} subjects"),
            KeyFigure("Readable images", str(portrait.readable), n=f"of {portrait.cases}"),
            KeyFigure("Readable masks", str(portrait.masks), n=f"of {portrait.cases}"),
            KeyFigure("Median CTR of the masks", middle, n=f"{len(ratios)} masks"),
        )
    )
    groups = (
        ("split", portrait.splits),
        ("size", portrait.sizes),
        ("pixel size", portrait.spacings),
        ("type", portrait.types),
        ("modality", portrait.modalities),
        *portrait.tags,
    )
    blocks: list[Block] = [figures, _counts([(label, counts) for label, counts in groups if counts])]
    if portrait.numbers:
        blocks.append(_numbers(portrait))
    if portrait.histograms:
        blocks.append(_drawing_of_histograms(portrait.histograms))
    if portrait.structures:
        blocks.append(_structures(portrait))
    if len(ratios) > 1:
        alt = f"{len(ratios)} ratios from {ratios[0]:.3f} to {ratios[-1]:.3f}, median {middle}"
        numbers = Numbers.of(("ctr",), [(ratio,) for ratio in ratios])
        caption = "Cardiothoracic ratios of the masks"
        blocks.append(Drawing.of(_ratio_figure(ratios), alt, caption, name="ctr", numbers=numbers))
    return blocks


def _counts(groups: Sequence[tuple[str, Counts]]) -> Table:
    """One row a value of each group, at most ten of a group."""
    rows: list[tuple[Cell, ...]] = []
    for label, counts in groups:
        rows += [(label, word, times) for word, times in counts[:10]]
        if len(counts) > 10:
            rows.append((label, f"{len(counts) - 10} more", sum(times for _, times in counts[10:])))
    return Table(("what", "value", Column("cases", numeric=True)), tuple(rows), "Counts; a case with a|b counts twice.")


def _numbers(portrait: Portrait) -> Table:
    """Columns of numbers, and which columns are not shown at all."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.name, one.cases, *(_plain(value) for value in (one.low, one.middle, one.high))) for one in portrait.numbers
    )
    columns = tuple(Column(word, 3, numeric=True) for word in ("cases", "smallest", "median", "largest"))
    header: tuple[Column | str, ...] = ("what", *columns)
    rest = f" Not shown, too many words: {', '.join(portrait.uncounted)}." if portrait.uncounted else ""
    return Table(header, rows, f"Numbers of the table.{rest}")


def _plain(value: float) -> Cell:
    """A whole number without decimals."""
    return int(value) if value.is_integer() else value


def _structures(portrait: Portrait) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one in portrait.structures:
        shares: tuple[Cell, ...] = one.shares if one.shares is not None else (Gap("in no mask"),) * 3
        rows.append((one.name, one.looked_for, one.found, *(_percent(cell) for cell in shares)))
    header = (
        "structure",
        Column("looked for", numeric=True),
        Column("found", numeric=True),
        Column("5th percentile", 1, "%", numeric=True),
        Column("median", 1, "%", numeric=True),
        Column("95th percentile", 1, "%", numeric=True),
    )
    return Table(header, tuple(rows), "What the masks hold; areas as shares of the film.")


def _percent(cell: Cell) -> Cell:
    return 100 * cell if isinstance(cell, float) else cell


def _drawing_of_histograms(histograms: Sequence[Histogram]) -> Drawing:
    names = ", ".join(f"{one.group} ({one.images})" for one in histograms)
    rows = [
        (one.group, one.low + step * (one.high - one.low) / len(one.shares), share)
        for one in histograms
        for step, share in enumerate(one.shares)
    ]
    numbers = Numbers.of(("group", "from_grey_value", "share_of_pixels"), rows)
    caption = "Share of pixels by stored grey value"
    return Drawing.of(_histogram_figure(histograms), f"Grey values of {names}", caption, name="grey", numbers=numbers)


@styled
def _histogram_figure(histograms: Sequence[Histogram]) -> Figure:
    """Pooled and by group, as lines over one axis."""
    figure = new_figure(5.6, 2.6 + 0.18 * (len(histograms) // 2))
    axes = figure.subplots()
    for number, one in enumerate(histograms):
        step = (one.high - one.low) / len(one.shares)
        places = [one.low + step * (place + 0.5) for place in range(len(one.shares))]
        colour = _COLOURS[number % len(_COLOURS)]
        axes.plot(places, one.shares, color=colour, label=f"{_short(one.group)}, {one.images}", drawstyle="steps-mid")
    axes.set_xlabel("stored grey value")
    axes.set_yticks([])
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="lower left", bbox_to_anchor=(0, 1.0))
    return figure


def _short(name: str) -> str:
    """A group's name, its middle left out where it is long."""
    return name if len(name) <= _LONGEST else f"{name[:12]}…{name[-15:]}"


@styled
def _ratio_figure(ratios: Sequence[float]) -> Figure:
    """Histogram of cardiothoracic ratios with the line at one half."""
    figure = new_figure(5.6, 2.2)
    axes = figure.subplots()
    axes.hist(list(ratios), bins=min(40, max(5, len(ratios) // 4)), color=MARK)
    axes.axvline(0.5, color=ACCENT, linewidth=1)
    axes.set_xlabel("cardiothoracic ratio")
    axes.set_ylabel("cases")
    return figure


def _examples(evidence: Evidence) -> Block:
    """Films spread evenly over the data, with the outlines of their masks."""
    step = max(1.0, len(evidence.flat) / EXAMPLES)
    chosen = [evidence.flat[int(place * step)][0] for place in range(min(EXAMPLES, len(evidence.flat)))]
    shown = [found for case in chosen if (found := _picture(case, case.id, case.id)) is not None]
    if not shown:
        return Paragraph("No film of two axes could be read: there is no contact sheet.", "note")
    return Pictures(tuple(shown), f"{len(shown)} of {len(evidence.cases)} cases, spread evenly over the data.")


def _checks(results: Sequence[Result]) -> list[Block]:
    """The checks that looked, then those that did not."""
    looked: list[tuple[Cell, ...]] = []
    others: list[tuple[Cell, ...]] = []
    for result in results:
        state = State(result.outcome, _LEVELS[result.outcome])
        head = (result.check.code, result.check.title, state)
        if result.outcome in _UNLOOKED:
            others.append((*head, result.reason or "–"))
        else:
            looked.append((*head, len(result.findings), result.check.needs))
    header = ("code", "looked for", "outcome", Column("findings", numeric=True), "looked at")
    blocks: list[Block] = [
        Table(header, tuple(looked), "Checks that looked. “passed”: it was looked for and not found.")
    ]
    if others:
        caption = "Checks that did not look: of what they look for, nothing is known."
        blocks.append(Table(("code", "would look for", "outcome", "why not"), tuple(others), caption))
    return blocks


def _section(result: Result, known: dict[str, Case]) -> Section:
    """The findings of one check and pictures of the first."""
    rows: list[tuple[Cell, ...]] = []
    pictures: list[Picture] = []
    for finding in result.findings[:ROWS]:
        key = f"{result.check.code} {finding.cases[0]}" if finding.cases else ""
        name = ", ".join(finding.cases[:4]) + (", …" if len(finding.cases) > 4 else "")
        cell: Cell = Link(name, key) if key else "–"
        figure: Cell = Gap("none") if finding.figure is None else float(finding.figure)
        rows.append((cell, finding.file, finding.cause, finding.remedy, figure))
        for number, case in enumerate(finding.cases[:2]):
            if len(pictures) < PER_CHECK and case in known:
                shown = _picture(known[case], key if number == 0 else f"{key} {case}", f"{case}: {finding.cause}")
                pictures += [shown] if shown is not None else []
    header = ("case", "file", "cause", "remedy", Column("figure", 3, numeric=True))
    more = f"; {len(result.findings) - ROWS} more are in audit.csv" if len(result.findings) > ROWS else ""
    times = len(result.findings)
    caption = f"{result.check.severity}: {times} finding{'s' * (times > 1)}{more}"
    blocks: tuple[Block, ...] = (Table(header, tuple(rows), caption),)
    if pictures:
        caption = "The first of them." if len(result.findings) > 1 else ""
        blocks = (*blocks, Pictures(tuple(pictures), caption))
    return Section(f"{result.check.code} {result.check.title}", blocks)


def _picture(case: Case, key: str, caption: str) -> Picture | None:
    """The film with its mask's outlines where both can be read, or None."""
    try:
        image = case.read_image()
    except InputError:
        return None
    if image.grid.ndim != 2:
        return None
    try:
        labels = case.read_target() if case.target is not None else None
    except InputError:
        labels = None
    return film_picture(key, image, labels, caption=caption)


def _provenance(portrait: Portrait) -> Provenance:
    unread = portrait.cases - portrait.readable
    left_out = ((unread, "could not be read"),) if unread else ()
    flow = Flow((Step("cases found", portrait.cases, left_out), Step("images looked at", portrait.readable)))
    return Provenance(flow=flow, facts=(("Versions", tuple(surroundings.versions().items())),))
