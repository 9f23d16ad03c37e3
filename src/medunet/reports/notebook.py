"""Values as they show themselves in a notebook: one small table, escaped, without script, style sheet or network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from medunet.reports.tables import Cell, Column, Table, written

MOST = 20
"""Rows that are shown; a notebook wants a glance, the whole is in the files."""

_CELL = "padding:.2em 1em .2em 0;border-bottom:1px solid #8884;vertical-align:baseline;"


def notebook_table(
    title: str,
    header: Sequence[Column | str],
    rows: Iterable[Sequence[Cell]],
    *,
    notes: Sequence[str] = (),
    most: int = MOST,
) -> str:
    """A value as HTML for `_repr_html_`.

    The colours are the notebook's own, so that it is legible in a light and in a dark one.

    Args:
        title: what is shown, in a few words ("Study of ctr by cardiomegaly").
        header: the columns; a plain text is a column of words.
        rows: cells as in `Table`; a `Gap` says why there is no number.
        notes: sentences below the table: a caveat, the folder of the report.
        most: rows shown; the rest is counted.

    Raises:
        ValueError: a row has another number of cells than there are columns, or a number is not finite.
    """
    table = Table(tuple(header), tuple(tuple(row) for row in rows))
    heads = "".join(_cell("th", _head(column), column) for column in table.columns)
    lines = [
        "".join(_cell("td", written(cell, column), column) for cell, column in zip(row, table.columns, strict=True))
        for row in table.rows[:most]
    ]
    left = len(table.rows) - most
    said = [*([f"{left} more rows are not shown."] if left > 0 else []), *notes]
    below = "".join(f'<p style="margin:.3em 0 0;opacity:.75">{escape(sentence)}</p>' for sentence in said)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="medunet"><p style="margin:0 0 .4em"><strong>{escape(title)}</strong></p>'
        f'<table style="border-collapse:collapse"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
        f"{below}</div>"
    )


def _head(column: Column) -> str:
    return f"{column.title} ({column.unit})" if column.unit else column.title


def _cell(tag: str, text: str, column: Column) -> str:
    """One cell; numbers stand to the right."""
    side = "right" if column.numeric else "left"
    scope = ' scope="col"' if tag == "th" else ""
    return f'<{tag}{scope} style="{_CELL}text-align:{side}">{escape(text)}</{tag}>'
