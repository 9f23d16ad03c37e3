"""Who the films show, by name and number, for those who ask for it: `--show-identifiers`.

Every table, page and message has pseudonyms. The key to them is a table of its own, so that it can be kept apart from
what is shared; a call that does not ask for it takes an earlier one away.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from medunet.cases import Case
from medunet.images import read_patient, remove, write_csv

FILE = "identifiers.csv"
COLUMNS = ("case", "subject", "patient_id", "patient_name")

Row = tuple[str, str, str, str]
"""Case, pseudonym, and the patient's number and name as the file has them; blank where it has none."""


def identifiers(cases: Sequence[Case]) -> tuple[Row, ...]:
    """The key: a row for every case whose file names its patient."""
    rows: list[Row] = []
    for case in cases:
        patient = read_patient(case.images[0])
        if patient is not None and (patient.number or patient.name):
            rows.append((case.id, case.subject, patient.number, patient.name))
    return tuple(rows)


def keep_identifiers(folder: Path, cases: Sequence[Case], *, shown: bool) -> tuple[Row, ...]:
    """Write the key into a folder where it is asked for, else take away what an earlier call left; the key's rows.

    Raises:
        OutputError: the folder cannot be written.
    """
    rows = identifiers(cases) if shown else ()
    if rows:
        write_csv(folder / FILE, COLUMNS, rows)
    else:
        remove(folder / FILE)
    return rows
