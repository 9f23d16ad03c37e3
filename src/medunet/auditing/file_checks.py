"""Checks of files and of the table that lists them (MU1xx)."""

from __future__ import annotations

from medunet.auditing.check import Finding, NotApplicableError, SkippedError
from medunet.auditing.evidence import Evidence, file_of, mask_of
from medunet.cases.case import OLDEST

_AGES = ("age", "patient_age", "age_years")
_VIEWS = ("view", "view_position", "projection")
_UNKNOWN_WORDS = {"", "na", "n/a", "nan", "none", "unknown", "?", "-"}


def unusable_layout(evidence: Evidence) -> list[Finding]:
    """What makes training and evaluation refuse the data."""
    fault = evidence.gathered.fault
    return [] if fault is None else [Finding((), fault.where, fault.what, fault.remedy)]


def unreadable(evidence: Evidence) -> list[Finding]:
    """Images and masks that cannot be decoded."""
    found = []
    for case, look in zip(evidence.cases, evidence.looks, strict=True):
        for fault in (look.film_fault, look.drawn_fault):
            if fault is not None and fault.kind == "unreadable":
                found.append(Finding((case.id,), fault.file, fault.what, fault.remedy))
    return found


def rows_without_file(evidence: Evidence) -> list[Finding]:
    """Rows of the table whose image is not there."""
    _need_table(evidence)
    remedy = "Copy the file to its place, or remove the row"
    return [Finding((), where, why, remedy) for where, why in evidence.gathered.absent]


def files_without_row(evidence: Evidence) -> list[Finding]:
    """Images beside the table that no row names: one finding a folder."""
    _need_table(evidence)
    folders: dict[str, list[str]] = {}
    for path in evidence.gathered.strays:
        folders.setdefault(path.parent.name, []).append(path.name)
    return [
        Finding((), f"{folder}/{names[0]}", f"{len(names)} files in {folder} that no row names ({_few(names)})",
                "List them, or move them away", float(len(names)))
        for folder, names in folders.items()
    ]  # fmt: skip


def blank_or_unknown_cells(evidence: Evidence) -> list[Finding]:
    """Blank subjects, unknown splits, ages and views that cannot be."""
    _need_table(evidence)
    gathered = evidence.gathered
    found = [Finding((), where, "has no subject", "Say whom the film shows") for where in gathered.blank]
    known = "Splits are called train, val and test"
    found += [Finding((), where, f"has the unknown split {word!r}", known) for where, word in gathered.unknown_splits]
    for case in evidence.cases:
        age, view = case.tag(*_AGES), case.tag(*_VIEWS)
        if age is not None and age.lower() not in _UNKNOWN_WORDS and case.age is None:
            cause = f"has the age {age!r}, which is none between 0 and {OLDEST} years"
            found.append(Finding((case.id,), file_of(case), cause, "Correct the cell, or leave it empty"))
        if view is not None and view.lower() not in _UNKNOWN_WORDS and case.view is None:
            cause = f"has the view {view!r}, which is not known"
            found.append(Finding((case.id,), file_of(case), cause, "Write PA, AP or lateral"))
    return found


def repeated_ids(evidence: Evidence) -> list[Finding]:
    """Ids that several rows have, and files whose names differ in case or ending only."""
    gathered = evidence.gathered
    remedy = "Give each case an id of its own"
    known = {path: case.id for case in evidence.cases for path in case.images}
    found = [
        Finding(tuple(known[path] for path in paths if path in known), paths[0].name,
                f"{' and '.join(path.name for path in paths)} have one name but for case or ending", remedy)
        for paths in gathered.twin_files
    ]  # fmt: skip
    if not found:
        _need_table(evidence)
    return [*found, *(Finding((), name, f"several rows have the id {name}", remedy) for name in gathered.twins)]


def header_conflicts(evidence: Evidence) -> list[Finding]:
    """Tags that say something else than the file's own header."""
    headed = [(case, film) for case, film in evidence.films if film.view is not None or film.age is not None]
    if not headed:
        raise NotApplicableError("no file says view or age in a header")
    if not any(case.view is not None or case.age is not None for case, _ in headed):
        raise NotApplicableError("the table says neither view nor age")
    found = []
    for case, film in headed:
        if case.view is not None and film.view is not None and case.view != film.view:
            cause = f"the table says the view {case.view}, the file says {film.view}"
            found.append(Finding((case.id,), file_of(case), cause, "Find out which is right"))
        if case.age is not None and film.age is not None and abs(case.age - film.age) > 1:
            cause = f"the table says the age {case.age:g}, the file says {film.age:g}"
            found.append(Finding((case.id,), file_of(case), cause, "Find out which is right", case.age - film.age))
    return found


def without_mask(evidence: Evidence) -> list[Finding]:
    """Cases without a mask where others have one."""
    if not any(case.target is not None for case in evidence.cases):
        raise NotApplicableError("no case has a mask")
    aside = {name for name, *_ in evidence.gathered.odd_masks}
    remedy = "Add the mask, or leave the case out of training"
    return [
        Finding((case.id,), file_of(case), "has no mask, others have one", remedy)
        for case in evidence.cases
        if case.target is None and case.id not in aside
    ]


def without_image(evidence: Evidence) -> list[Finding]:
    """Masks, and other files, that belong to no image."""
    gathered = evidence.gathered
    if gathered.has_table:
        raise NotApplicableError("the table says what belongs together; other files are under MU104")
    images = {path for case in evidence.cases for path in case.images}
    alone = [path for path in gathered.unpaired if path not in images]
    if not alone and not any(case.target is not None for case in evidence.cases):
        raise NotApplicableError("no case has a mask")
    remedy = "Find its image, or move it away"
    return [Finding((), f"{path.parent.name}/{path.name}", "belongs to no image", remedy) for path in alone]


def mask_of_other_size(evidence: Evidence) -> list[Finding]:
    """Masks of another size or place than their image."""
    return _mask_faults(evidence, "size")


def unexpected_values(evidence: Evidence) -> list[Finding]:
    """Masks with values that mean nothing, or of another kind than the others."""
    remedy = "Export it as the others were"
    aside = [Finding((name,), path.name, what, remedy) for name, path, what in evidence.gathered.odd_masks]
    return [*aside, *_mask_faults(evidence, "values")]


def _mask_faults(evidence: Evidence, kind: str) -> list[Finding]:
    if not any(case.target is not None for case in evidence.cases):
        raise NotApplicableError("no case has a mask that is understood")
    pairs = zip(evidence.cases, evidence.looks, strict=True)
    found = [(case, look.drawn_fault) for case, look in pairs if look.drawn_fault and look.drawn_fault.kind == kind]
    return [Finding((case.id,), mask_of(case), fault.what, fault.remedy) for case, fault in found]


def _need_table(evidence: Evidence) -> None:
    if not evidence.gathered.has_table:
        raise NotApplicableError("there is no cases.csv")
    if evidence.gathered.fault is not None and evidence.gathered.subject_from != "the table":
        raise SkippedError("the table cannot be read")


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
