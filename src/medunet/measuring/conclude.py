"""From what was found to a Measurement: faults first, then the number with its flags, notes and verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medunet.measuring.chest import Chest
from medunet.measuring.exam import Exam, Organs
from medunet.measuring.findings import (
    heart_faults,
    heart_flags,
    lung_faults,
    lung_flags,
    plane_notes,
    stray_notes,
)
from medunet.measuring.measurement import Caliper, Measurement, Status
from medunet.measuring.verdict import decide

_TITLES = {"ctr": "CTR", "ctr_widest": "CTR", "ctr_midline": "CTR", "mrd": "MRD", "mld": "MLD"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a measure found on a chest without faults.

    Attributes:
        value: the number.
        calipers: the lines it was measured along.
        flags: why this number, beyond its organs, needs a look.
    """

    value: float
    calipers: tuple[Caliper, ...] = ()
    flags: tuple[str, ...] = ()


def conclude(
    name: str, structure: str, unit: str, exam: Exam, needs: tuple[Organs, ...], answer: Callable[[Chest], Answer]
) -> tuple[Measurement, ...]:
    """One measurement of the chest, or none where the map's scheme names nothing it needs.

    Args:
        name: the measurement's name.
        structure: what it is measured on, "" for several.
        unit: its unit.
        exam: what is measured.
        needs: the organs that must be there and whole.
        answer: computes the number; called only where `needs` have no fault.
    """
    if not exam.named.intersection(needs):
        return ()
    if exam.film.view == "lateral":
        faults = [f"a lateral film has no {_TITLES.get(name, name.replace('_', ' '))}"]
    else:
        faults = [
            *(heart_faults(exam) if "heart" in needs else []),
            *(lung_faults(exam) if "lungs" in needs else []),
        ]
    if faults:
        return (Measurement(name, structure, None, unit, "missing", "; ".join(faults)),)
    found = answer(exam.chest)
    flags = [
        *found.flags,
        *(heart_flags(exam) if "heart" in needs else []),
        *(lung_flags(exam) if "lungs" in needs else []),
    ]
    reason = "; ".join([*flags, *_notes(exam, needs), *(plane_notes(exam) if unit == "mm" else [])])
    status: Status = "flagged" if flags else "ok"
    return (
        decide(Measurement(name, structure, found.value, unit, status, reason, calipers=found.calipers), exam.film),
    )


def _notes(exam: Exam, needs: tuple[Organs, ...]) -> list[str]:
    organs = [
        *([exam.chest.heart] if "heart" in needs and exam.chest.heart else []),
        *(exam.chest.lungs if "lungs" in needs else ()),
    ]
    return [note for organ in organs for note in stray_notes(organ)]
