"""Joining: official tables of a public data set, laid beside the films that a person has of it."""

from __future__ import annotations

from collections.abc import Callable, Container
from pathlib import Path

from medunet.cases.names import counted, normal
from medunet.cases.records import stream_records
from medunet.errors import InputError


def rows_by(
    table: Path, columns: tuple[str, ...], wanted: Container[str], key: Callable[[str], str] = str
) -> dict[str, dict[str, str]]:
    """The rows of a table whose key is wanted, under their keys; only these are kept.

    Args:
        table: a ``.csv`` or ``.csv.gz``.
        columns: what the column of the key may be called; names compare in normal form.
        wanted: the keys to keep.
        key: from the cell to the key.

    Raises:
        InputError: there is no such column, a row has another length than the heading, or two rows have one key.
    """
    records = stream_records(table)
    heading = next(records, None)
    names = heading.cells if heading is not None else []
    place = next((number for number, name in enumerate(names) if normal(name) in columns), None)
    if place is None:
        raise InputError(table.name, f"has no column {columns[0]}", "Get the table again")
    found: dict[str, dict[str, str]] = {}
    twice = 0
    for record in records:
        if len(record.cells) != len(names):
            what = f"has {len(record.cells)} cells where the heading has {len(names)}"
            raise InputError(f"{table.name}, line {record.line}", what, "Get the table again")
        if (own := key(record.cells[place])) in wanted:
            twice += own in found
            found[own] = {name: cell for name, cell in zip(names, record.cells, strict=True) if name}
    if twice:
        raise InputError(table.name, f"has {counted(twice, 'row')} of a key that it has before", "Keep one of them")
    return found
