"""demo: the whole way on synthetic films: make them, train, evaluate, predict, measure, report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medunet.errors import OutputError, UsageError
from medunet.images import write_csv, write_dicom, write_json, write_labels, write_png, write_text
from medunet.phantoms import SCHEME, ChestPhantom, chest_film
from medunet.scoring import ALL
from medunet.workflows import surroundings
from medunet.workflows.evaluate import evaluate
from medunet.workflows.measure import measure
from medunet.workflows.output import claim
from medunet.workflows.predict import predict
from medunet.workflows.progress import SILENT, Progress
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


@dataclass(frozen=True)
class Demo:
    """What the demo made.

    Attributes:
        folder: everything lies below it.
        report: the page to look at.
        ctr_error: mean absolute error of the predicted cardiothoracic ratio on the test films.
        dice: structure → mean Dice on the test films.
        true_ctr_error: mean absolute error on the unseen DICOM films against the ratio they were drawn with.
        seconds: how long it took.
    """

    folder: Path
    report: Path
    ctr_error: float | None
    dice: dict[str, float | None]
    true_ctr_error: float | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "out": str(self.folder),
            "report": str(self.report),
            "ctr_error": self.ctr_error,
            "dice": self.dice,
            "true_ctr_error": self.true_ctr_error,
            "seconds": round(self.seconds, 1),
        }


def demo(
    kind: str = "chest",
    *,
    out: str | Path = "demo",
    overwrite: bool = False,
    device: str = "auto",
    progress: Progress = SILENT,
) -> Demo:
    """Run the whole way on synthetic chest films, in about two minutes on two cores.

    Raises:
        UsageError: an unknown kind.
        OutputError: the folder belongs to something else.
    """
    if kind not in KINDS:
        raise UsageError("--kind", f"{kind!r} is not known", f"Known are: {', '.join(KINDS)}")
    start = surroundings.clock()
    folder = Path(out)
    identity = {"command": "demo", "kind": kind, "version": surroundings.versions()["medunet"]}
    if claim(folder, identity, OWNED, overwrite=overwrite) and (folder / "run").exists():
        raise OutputError(folder, "holds a demo already", "Look at its report.html, or add --overwrite")
    truth = _write_films(folder, progress)
    run = train(folder / "films", out=folder / "run", changes=CHANGES, device=device, progress=progress)
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
    from medunet.workflows.demo_page import demo_page

    write_text(done.report, demo_page(done, scored, predicted, truth))
    return done


def _write_films(folder: Path, progress: Progress) -> dict[str, float]:
    """Films with masks and a manifest, and unseen films as DICOM; returns the unseen films' true ratios."""
    images, masks, unseen = (folder / name for name in ("films/images", "films/masks", "unseen"))
    for place in (images, masks, unseen):
        place.mkdir(parents=True, exist_ok=True)
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
