"""measure: the measurements of predict, from masks made by hand or by another program."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from medunet.cases import Case, Cases, read_cases
from medunet.cases.chexmask import rca_of, source_of
from medunet.cases.file_names import file_name
from medunet.cases.masks import read_masks
from medunet.cases.names import listed, refuse_unknown
from medunet.cases.table_mask import TableMask
from medunet.errors import SHOWN, InputError
from medunet.images import Image, LabelMap, write_bytes
from medunet.measuring import rows
from medunet.reports import Picture, film_picture, png_bytes, write_report
from medunet.workflows.film_notes import notes_of
from medunet.workflows.identifiers import Row, keep_identifiers
from medunet.workflows.inputs import tables_among
from medunet.workflows.measured import Statements, caption, measure_case, overlay
from medunet.workflows.measurement_page import measurement_page
from medunet.workflows.measurement_table import FILE, Made, Table, as_written, complete_table, of_subject, read_table
from medunet.workflows.output import Reserved, reserve
from medunet.workflows.pictures import picture_side
from medunet.workflows.predict import OWNED, Predicted
from medunet.workflows.progress import SILENT, Progress


def measure(
    masks: Sequence[str | Path],
    *,
    images: str | Path | None = None,
    out: str | Path = "measurements",
    view: str | None = None,
    adult: bool = False,
    rename: dict[str, str] | None = None,
    show_identifiers: bool = False,
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
        show_identifiers: write who the films show into identifiers.csv and the page.
        overwrite: start anew in a folder of other results.
        progress: is told how it goes.

    Raises:
        MedunetError: no masks, or the folder belongs to something else.
    """
    found = read_masks([Path(word) for word in masks], rename=rename)
    refuse_unknown(rename or {}, found.scheme.names if found.scheme else ())
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
        "labels": found.scheme.to_mapping() if found.scheme else {},
    }
    if images is not None and (alone := [case.id for case in found if case.id not in films]):
        said = f"{len(alone)} of {len(found)} masks have no film of their name in {images} ({listed(alone)})"
        found = replace(found, provenance=(*found.provenance, said))
    with reserve(folder, identity, overwrite=overwrite) as place:
        place.claim(OWNED, reads=[path for case in (*found, *films.values()) for path in case.paths])
        named = [films.get(case.id, case) for case in found]
        patients = keep_identifiers(folder, named, shown=show_identifiers)
        origin = ", ".join(Path(word).name for word in masks)
        before = _kept(place, found, films, tables_among([images] if images else []))
        return _complete_folder(folder, found, films, before, stated, origin, patients, progress)


def _complete_folder(
    folder: Path,
    found: Cases,
    films: dict[str, Case],
    before: Table,
    stated: Statements,
    origin: str,
    patients: Sequence[Row],
    progress: Progress,
) -> Predicted:
    """Measure what is missing in the folder, and write its tables and page."""
    for sentence in found.provenance:
        progress.say(sentence)
    now = complete_table(
        folder,
        "measuring",
        found.cases,
        before,
        lambda mask: _one(mask, films.get(mask.id), folder, stated),
        lambda mask: (_overlay(folder, mask),),
        progress,
    )
    if found.scheme and now.rows and all(row["measurement"] != "ctr" for row in now.rows):
        there = listed(found.scheme.names, shown=SHOWN)
        progress.say(f"no CTR: it needs structures called heart and lung; there are {there} (see --rename)")
    masks = {mask.id: mask for mask in found}
    page = measurement_page(
        "measure",
        len(found.cases),
        now.rows,
        now.failed,
        {"masks": origin},
        lambda case: _picture(masks[case], films.get(case), stated, len(found.cases)),
        now.notes,
        patients,
    )
    write_report(page, folder)
    return Predicted(folder, "masks", tuple(now.table), now.failed, now.kept, now.rows, now.notes)


def _films(images: str | Path | None) -> dict[str, Case]:
    if images is None:
        return {}
    cases: Cases = read_cases(images, needs_target=False)
    return {case.id: case for case in cases.cases}


def _kept(place: Reserved, found: Cases, films: dict[str, Case], tables: Sequence[Path]) -> Table:
    """The rows that an earlier call wrote of masks that have not changed since it began, nor have film and tables."""
    path = place.folder / FILE
    # A table from before the last call began is of a call whose beginning nobody knows.
    if not place.again or not path.is_file() or path.stat().st_mtime_ns < place.begun:
        return {}
    before = read_table(path)
    kept: Table = {}
    for mask in found:
        film = films.get(mask.id)
        sources = (*mask.paths, *tables, *(film.images if film else ()))
        drawn = film is None or _overlay(place.folder, mask).is_file()
        with suppress(OSError):
            if drawn and mask.id in before and max(one.stat().st_mtime_ns for one in sources) < place.begun:
                kept[mask.id] = of_subject(before[mask.id], (film or mask).subject)
    return kept


def _overlay(folder: Path, mask: Case) -> Path:
    """Where the drawing of a mask goes."""
    return folder / "overlays" / f"{file_name(mask.id)}.png"


def _read(mask: Case, film: Case | None) -> tuple[Case, LabelMap, Image | None]:
    """The case, its mask and its film, where there is one; a mask of another size than its film is refused."""
    if mask.target is None:
        raise InputError(mask.id, "holds no mask", "Give files that are masks")
    image = film.read_image() if film is not None else None
    grid = image.grid if image is not None else mask.target.grid()
    labels = mask.target.read(grid, film.images[0].name if film else mask.images[0].name)
    case = replace(film or mask, id=mask.id)
    if mask.annotated is not None:  # what the masks were searched for goes before what the films' table says
        case = replace(case, target=mask.target, annotated=mask.annotated)
    return case, labels, image


def _one(mask: Case, film: Case | None, folder: Path, stated: Statements) -> Made:
    """Measure one mask, and draw it where there is a film."""
    case, labels, image = _read(mask, film)
    measurements = measure_case(labels, image, case, stated)
    if image is not None:
        picture = overlay(image, labels, measurements, caption(case, measurements))
        write_bytes(_overlay(folder, mask), png_bytes(picture))
    found = rows(mask.id, case.subject, measurements, source=_source(mask), quality=rca_of(mask.tags))
    return [as_written(row) for row in found], notes_of(image, case, stated)


def _source(mask: Case) -> str:
    """Where a mask comes from, in a word."""
    table = (
        next((part.path for part in mask.target.parts if isinstance(part, TableMask)), None) if mask.target else None
    )
    return source_of(mask.tags, table) if table is not None else "masks"


def _picture(mask: Case, film: Case | None, stated: Statements, films: int) -> Picture | None:
    """The film with its mask for the page; None where there is no film, or a file has gone."""
    try:
        case, labels, image = _read(mask, film)
    except InputError:
        return None
    if image is None:
        return None
    calipers = next((one.calipers for one in measure_case(labels, image, case, stated) if one.name == "ctr"), ())
    return film_picture(mask.id, image, labels, calipers=calipers, caption=mask.id, largest=picture_side(films))
