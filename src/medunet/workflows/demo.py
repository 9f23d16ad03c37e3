"""demo: the whole way on synthetic films: make them, train, evaluate, predict, measure, report."""

from __future__ import annotations

from pathlib import Path

from medunet.errors import OutputError, UsageError
from medunet.images import write_csv, write_dicom, write_json, write_labels, write_png
from medunet.phantoms import SCHEME, ChestPhantom, chest_film
from medunet.reports import write_report
from medunet.scoring import ALL
from medunet.workflows import surroundings
from medunet.workflows.demo_page import Demo, demo_page
from medunet.workflows.evaluate import evaluate
from medunet.workflows.measure import measure
from medunet.workflows.output import Reserved, reserve
from medunet.workflows.predict import predict
from medunet.workflows.progress import SILENT, Progress
from medunet.workflows.run_folder import has_begun
from medunet.workflows.train import train

KINDS = ("chest",)
FILMS, UNSEEN = 96, 6
SIZE = 192
SEED = 1
CHANGES = (
    "input.size=[128,128]",
    "training.steps=300",
    "network.widths=[12,24,48,96]",
    "training.lr=4e-3",
)
OWNED = ("films", "unseen", "run", "predictions", "measurements", "report.html")


def demo(
    kind: str = "chest",
    *,
    out: str | Path = "demo",
    overwrite: bool = False,
    device: str = "auto",
    progress: Progress = SILENT,
) -> Demo:
    """Run the whole way on synthetic chest films, in about two minutes on two cores; stopped, the same call goes on.

    Raises:
        UsageError: an unknown kind.
        OutputError: the folder belongs to something else.
    """
    if kind not in KINDS:
        raise UsageError("--kind", f"{kind!r} is not known", f"Known are: {', '.join(KINDS)}")
    start = surroundings.clock()
    folder = Path(out)
    identity = {"command": "demo", "kind": kind, "version": surroundings.versions()["medunet"]}
    with reserve(folder, identity, overwrite=overwrite) as place:
        return _demo(place, device, start, progress)


def _demo(place: Reserved, device: str, start: float, progress: Progress) -> Demo:
    """Make films, train, evaluate, predict and measure in the folder; `start` is when the call began."""
    folder = place.folder
    if place.again and (folder / "report.html").exists():
        raise OutputError(folder, "holds a demo already", "Look at its report.html, or add --overwrite")
    place.claim(OWNED)
    truth = _write_films(folder, progress)
    out = folder / "run"
    run = train(folder / "films", out=out, changes=CHANGES, device=device, resume=has_begun(out), progress=progress)
    scored = evaluate(run.folder, device=device, progress=progress)
    predicted = predict(
        [folder / "unseen"], model=run.folder, out=folder / "predictions", device=device, progress=progress
    )
    measure([folder / "films" / "masks"], images=folder / "films", out=folder / "measurements", progress=progress)
    found = {row["case"]: row["value"] for row in predicted.table if row["measurement"] == "ctr"}
    errors = [abs(found[case] - ratio) for case, ratio in truth.items() if found.get(case) is not None]
    error = scored.summary(ALL, "ctr_abs_error")
    done = Demo(
        folder,
        folder / "report.html",
        error.mean if error else None,
        {name: s.mean for name in ("lung", "heart") if (s := scored.summary(name, "dice"))},
        sum(errors) / len(errors) if errors else None,
        surroundings.clock() - start,
    )
    write_report(demo_page(done, scored, predicted, truth), done.folder)
    return done


def _write_films(folder: Path, progress: Progress) -> dict[str, float]:
    """Films with masks and a manifest, and unseen films as DICOM; returns the unseen films' true ratios."""
    images, masks, unseen = (folder / name for name in ("films/images", "films/masks", "unseen"))
    progress.begin("drawing synthetic films", FILMS + UNSEEN)
    rows, truth = [], {}
    for index in range(FILMS):
        film = chest_film(SEED, index, size=SIZE)
        write_png(images / f"{film.id}.png", film.image)
        write_labels(masks / f"{film.id}.png", film.labels)
        rows.append(_row(film))
        progress.advance(index + 1)
    for index in range(UNSEEN):
        film = chest_film(SEED + 1, index, size=2 * SIZE, bits=12)
        name = f"unseen-{index + 1}"
        write_dicom(unseen / f"{name}.dcm", film.image, seed=name)
        truth[name] = film.ctr
        progress.advance(FILMS + index + 1)
    progress.end()
    write_json(masks / "labels.json", SCHEME.to_mapping())
    write_csv(folder / "films" / "cases.csv", ("id", "subject", "ctr_expert", *film.tags), rows)
    return truth


def _row(film: ChestPhantom) -> list[str]:
    return [film.id, film.subject, f"{film.ctr:.4f}", *film.tags.values()]
