"""measure: the measurements of predict, from masks made by hand or by another program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from medunet.cases import Case, Cases, read_cases
from medunet.cases.chexmask import rca_of
from medunet.cases.masks import read_masks
from medunet.cases.names import listed
from medunet.errors import InputError
from medunet.images import Image, LabelMap, remove, write_bytes, write_csv, write_text
from medunet.measuring import COLUMNS, rows
from medunet.reports import Picture, film_picture, png_bytes
from medunet.workflows.measured import Statements, caption, measure_case, overlay
from medunet.workflows.measurement_page import measurement_page
from medunet.workflows.output import Reserved, reserve
from medunet.workflows.predict import FAILED_COLUMNS, OWNED, Predicted
from medunet.workflows.progress import SILENT, Progress


def measure(
    masks: Sequence[str | Path],
    *,
    images: str | Path | None = None,
    out: str | Path = "measurements",
    view: str | None = None,
    adult: bool = False,
    rename: dict[str, str] | None = None,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Predicted:
    """Measure masks; one that fails fails alone.

    Args:
        masks: mask files or folders of masks, with a labels.json beside them that names their values.
        images: folder or manifest of the films, for overlays, view, age and spacing.
        out: output folder.
        view: PA, AP or lateral, for films that do not say it.
        adult: the patients are adults.
        rename: structures to call by another name.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: no masks, or the folder belongs to something else.
    """
    found = read_masks([Path(word) for word in masks], rename=rename)
    films = _films(images)
    stated = Statements.of(view, adult)
    folder = Path(out)
    identity = {
        "command": "measure",
        "masks": [str(Path(word).absolute()) for word in masks],
        "images": str(Path(images).absolute()) if images else None,
        "view": view,
        "adult": adult,
        "rename": rename,
    }
    if images is not None and (alone := [case.id for case in found if case.id not in films]):
        said = f"{len(alone)} of {len(found)} masks have no film of their name in {images} ({listed(alone)})"
        found = replace(found, provenance=(*found.provenance, said))
    with reserve(folder, identity, overwrite=overwrite) as place:
        return _complete_folder(place, found, films, stated, ", ".join(Path(word).name for word in masks), progress)


def _complete_folder(
    place: Reserved, found: Cases, films: dict[str, Case], stated: Statements, origin: str, progress: Progress
) -> Predicted:
    """Measure every mask, and write tables and page."""
    folder = place.folder
    place.claim(OWNED, reads=[path for case in (*found, *films.values()) for path in case.paths])
    for sentence in found.provenance:
        progress.say(sentence)
    table: list[dict[str, Any]] = []
    failed: dict[str, str] = {}
    pictures: dict[str, Picture] = {}
    progress.begin("measuring", len(found.cases))
    for number, case in enumerate(found.cases, start=1):
        try:
            table += _one(case, films.get(case.id), folder, stated, pictures)
        except InputError as fault:
            failed[case.id] = f"{fault.what}. {fault.remedy}"
            remove(folder / "overlays" / f"{case.id}.png")
            progress.say(f"{case.id}: {fault.what}")
        progress.advance(number, case.id)
    progress.end()
    write_csv(folder / "measurements.csv", COLUMNS, [[row[column] for column in COLUMNS] for row in table])
    files = {case.id: case.images[0].name for case in found.cases}
    if failed:
        write_csv(folder / "failed.csv", FAILED_COLUMNS, [[case, files[case], why] for case, why in failed.items()])
    else:
        remove(folder / "failed.csv")
    page = measurement_page("measure", len(found.cases), table, failed, {"masks": origin}, pictures.get)
    write_text(folder / "report.html", page)
    done = tuple(case.id for case in found.cases if case.id not in failed)
    return Predicted(folder, "masks", done, failed, 0, table)


def _films(images: str | Path | None) -> dict[str, Case]:
    if images is None:
        return {}
    cases: Cases = read_cases(images, needs_target=False)
    return {case.id: case for case in cases.cases}


def _one(
    mask: Case, film: Case | None, folder: Path, stated: Statements, pictures: dict[str, Picture]
) -> list[dict[str, Any]]:
    """Measure one mask, draw it where there is a film; a mask of another size than its film is refused."""
    if mask.target is None:
        raise InputError(mask.id, "holds no mask", "Give files that are masks")
    image: Image | None = film.read_image() if film is not None else None
    grid = image.grid if image is not None else mask.target.grid()
    labels: LabelMap = mask.target.read(grid, film.images[0].name if film else mask.images[0].name)
    case = film or mask
    case = replace(case, id=mask.id)
    measurements = measure_case(labels, image, case, stated)
    if image is not None:
        picture = overlay(image, labels, measurements, caption(case, measurements))
        write_bytes(folder / "overlays" / f"{mask.id}.png", png_bytes(picture))
        if len(pictures) < 200:
            calipers = next((one.calipers for one in measurements if one.name == "ctr"), ())
            pictures[mask.id] = film_picture(mask.id, image, labels, calipers=calipers, caption=mask.id)
    return [dict(row) for row in rows(mask.id, case.subject, measurements, source="masks", quality=rca_of(mask.tags))]
