"""Pictures that `quality_estimate.py` tests with: foreign ones, real and drawn, and films that are spoilt.

Nothing here is shared with what a model's checks are fitted on (`medunet.phantoms.foreign`, `rearranged`, and the
spoiling of `medunet.workflows.checking_pictures`): other generators, drawn with PIL, and real pictures of other kinds.
"""

from __future__ import annotations

import gzip
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

SIDE = 400


def _canvas(ground: int) -> tuple[PIL.Image.Image, PIL.ImageDraw.ImageDraw]:
    sheet = PIL.Image.new("L", (SIDE, int(1.2 * SIDE)), ground)
    return sheet, PIL.ImageDraw.Draw(sheet)


def _film(sheet: PIL.Image.Image, rng: np.random.Generator, blur: float = 3) -> Grey:
    """A drawing with soft edges, uneven light and grain, as a film."""
    soft = np.asarray(sheet.filter(PIL.ImageFilter.GaussianBlur(blur)), dtype=np.float64)
    rows, columns = soft.shape
    light = np.linspace(rng.uniform(-20, 20), rng.uniform(-20, 20), rows)[:, None]
    coarse = PIL.Image.fromarray(rng.normal(0, 12, (12, 10)).astype(np.float32)).resize((columns, rows), 3)
    return np.clip(soft + light + np.asarray(coarse) + rng.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)


def hand(rng: np.random.Generator) -> Grey:
    """A hand from polygons."""
    sheet, pen = _canvas(8)
    wide, tall = sheet.size
    middle, wrist = wide * rng.uniform(0.4, 0.6), tall * rng.uniform(0.8, 0.95)
    pen.polygon(
        [(middle - 55, tall), (middle + 55, tall), (middle + 90, wrist - 170), (middle - 90, wrist - 170)], fill=90
    )
    for finger in range(5):
        angle = np.radians(-38 + 19 * finger + rng.uniform(-4, 4))
        foot = np.array([middle - 70 + 35 * finger, wrist - 150 + (60 if finger == 0 else 0)])
        way = np.array([np.sin(angle), -np.cos(angle)])
        length = (110, 165, 185, 170, 130)[finger] * rng.uniform(0.9, 1.1)
        pen.line([tuple(foot), tuple(foot + length * way)], fill=90, width=34)
        pen.line([(middle, wrist - 20), tuple(foot)], fill=170, width=14)
        for low, high in itertools.pairwise((0.03, 0.42, 0.72, 0.98)):
            ends = [tuple(foot + (low + 0.03) * length * way), tuple(foot + (high - 0.02) * length * way)]
            pen.line(ends, fill=200, width=13)
    return _film(sheet, rng)


def leg(rng: np.random.Generator) -> Grey:
    """A knee or an elbow from polygons."""
    sheet, pen = _canvas(12)
    wide, tall = sheet.size
    middle, joint = wide * rng.uniform(0.42, 0.58), tall * rng.uniform(0.35, 0.65)
    pen.polygon([(middle - 110, 0), (middle + 110, 0), (middle + 85, tall), (middle - 85, tall)], fill=85)
    pen.rectangle([middle - 32, 0, middle + 32, joint - 30], fill=170)
    pen.rectangle([middle - 16, 0, middle + 16, joint - 60], fill=130)
    pen.ellipse([middle - 66, joint - 80, middle + 66, joint - 4], fill=185)
    pen.rectangle([middle - 40, joint + 6, middle + 14, tall], fill=170)
    pen.ellipse([middle - 60, joint + 4, middle + 50, joint + 50], fill=185)
    pen.rectangle([middle + 34, joint + 30, middle + 52, tall], fill=160)
    return _film(sheet.rotate(rng.uniform(-15, 15), fillcolor=12), rng)


def side_film(rng: np.random.Generator) -> Grey:
    """A chest from the side, from polygons."""
    sheet, pen = _canvas(25)
    wide, tall = sheet.size
    points = [(0.2, 0), (0.75, 0), (0.93, 0.35), (0.9, 1), (0.12, 1), (0.1, 0.4)]
    pen.polygon([(x * wide, y * tall) for x, y in points], fill=150)
    lung = [(0.42, 0.1), (0.66, 0.16), (0.76, 0.45), (0.74, 0.82), (0.55, 0.68), (0.3, 0.7), (0.2, 0.55), (0.25, 0.25)]
    pen.polygon([((x + rng.normal(0, 0.012)) * wide, y * tall) for x, y in lung], fill=55)
    pen.ellipse([0.22 * wide, 0.42 * tall, 0.52 * wide, 0.72 * tall], fill=140)
    pen.ellipse([0.1 * wide, 0.66 * tall, 0.7 * wide, 1.1 * tall], fill=185)
    for step in range(14):
        pen.rectangle([0.74 * wide, step * 35, 0.84 * wide, step * 35 + 26], fill=200)
    for step in range(7):
        pen.line([(0.78 * wide, 30 + 45 * step), (0.28 * wide, 80 + 52 * step)], fill=110, width=6)
    made = _film(sheet, rng, blur=6)
    return made[:, ::-1] if rng.random() < 0.5 else made


def belly(rng: np.random.Generator) -> Grey:
    """A belly with spine, hips and gas, from polygons."""
    sheet, pen = _canvas(20)
    wide, tall = sheet.size
    pen.polygon([(40, 0), (wide - 40, 0), (wide - 20, tall), (20, tall)], fill=135)
    for step in range(9):
        pen.rectangle([wide / 2 - 26, 38 * step, wide / 2 + 26, 38 * step + 30], fill=190)
    for sign in (-1, 1):
        x, y = wide / 2 + sign * 95, tall * 0.75
        pen.ellipse([x - 70, y - 80, x + 70, y + 75], fill=185)
        pen.ellipse([x - 35, y - 10, x + 35, y + 60], fill=130)
    for _ in range(rng.integers(4, 12)):
        x, y, r = rng.uniform(90, wide - 90), rng.uniform(30, tall * 0.7), rng.uniform(8, 32)
        pen.ellipse([x - r, y - 0.7 * r, x + r, y + 0.7 * r], fill=int(rng.integers(40, 100)))
    return _film(sheet, rng, blur=4)


def letter(rng: np.random.Generator) -> Grey:
    """A page of words of real length, with a heading and a signature."""
    words = ["the", "patient", "was", "seen", "film", "shows", "no", "change", "since", "last", "examination", "ratio"]
    sheet, pen = _canvas(245)
    pen.text((30, 20), "DEPARTMENT OF RADIOLOGY", 20, font_size=22)
    for top in range(70, int(rng.integers(250, 420)), int(rng.integers(16, 30))):
        pen.text((30, top), " ".join(rng.choice(words, int(rng.integers(4, 9)))), 30, font_size=14)
    pen.line([(60 + 12 * k, 430 + rng.uniform(-12, 12)) for k in range(14)], fill=60, width=2)
    return np.asarray(sheet)


def chart(rng: np.random.Generator) -> Grey:
    """Bars or a curve with axes, on white or on black."""
    sheet, pen = _canvas(255)
    pen.line([(50, 30), (50, 430), (370, 430)], fill=0, width=3)
    if rng.random() < 0.5:
        for bar in range(6):
            pen.rectangle([70 + 50 * bar, 430 - rng.uniform(40, 380), 105 + 50 * bar, 430], fill=int(rng.integers(200)))
    else:
        heights = np.cumsum(rng.normal(0, 25, 60))
        pen.line([(55 + 5 * k, 230 + float(h)) for k, h in enumerate(heights)], fill=40, width=3)
    made = np.asarray(sheet)
    return 255 - made if rng.random() < 0.3 else made


def grain(rng: np.random.Generator) -> Grey:
    """Uniform noise, salt and pepper, or noise in blocks."""
    block = int(rng.choice([1, 1, 4, 20]))
    field = rng.integers(0, 256, (SIDE // block, SIDE // block)).astype(np.uint8)
    field = np.where(rng.random(field.shape) < 0.5, field, np.uint8(255) * (field > 127)).astype(np.uint8)
    return np.kron(field, np.ones((block, block), np.uint8))


def blank(rng: np.random.Generator) -> Grey:
    """One grey, black, white, or two greys with an edge."""
    grey = np.full((SIDE, SIDE), int(rng.choice([0, 255, rng.integers(256)])), np.uint8)
    if rng.random() < 0.4:
        grey[:, : int(rng.integers(50, 350))] = int(rng.integers(256))
    return grey


DRAWN: dict[str, Callable[[np.random.Generator], Grey]] = {
    "hand (drawn)": hand,
    "leg (drawn)": leg,
    "side view (drawn)": side_film,
    "belly (drawn)": belly,
    "page (drawn)": letter,
    "chart (drawn)": chart,
    "noise": grain,
    "black, white, one grey": blank,
}


def drawn(each: int) -> Iterator[tuple[str, str, Grey]]:
    """Kind, name and picture: `each` of every kind of `DRAWN`."""
    for place, (kind, make) in enumerate(DRAWN.items()):
        for number in range(each):
            yield kind, f"{kind}-{number}", make(np.random.default_rng([77, place, number]))


def real(data: Path, each: int, photos: Path | None) -> Iterator[tuple[str, str, Grey]]:
    """Kind, name and picture of real foreign pictures: slices below `data`, photographs of installed packages.

    Args:
        data: folder with ct-head-neck, ct-abdomen-sample, brain-pre-post-contrast, mri-hippocampus; what is not there
            is left out.
        each: at most so many of each kind.
        photos: a folder of further foreign pictures.
    """
    for name in ("ct-head-neck/images", "ct-abdomen-sample", "mri-hippocampus/imagesTr"):
        yield from _slices(data / name, each)
    for name, what in (("ct-abdomen-sample", "belly"), ("ct-head-neck/images", "neck")):
        yield from _projected(data / name, what, each)
    pictures = sorted((data / "brain-pre-post-contrast").glob("*/*.png"))
    pictures = [path for path in pictures if path.parent.name != "tumour"]
    for path in pictures[:: max(1, len(pictures) // each)][:each]:
        yield "MR of the brain", path.stem, np.asarray(PIL.Image.open(path).convert("L"))
    for path in (*_photographs(), *(sorted(photos.iterdir()) if photos else ())):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg"):
            yield "photograph and other", path.name, np.asarray(PIL.Image.open(path).convert("RGB").convert("L"))
    yield from _sample_slice()


def _slices(folder: Path, each: int) -> Iterator[tuple[str, str, Grey]]:
    import nibabel

    files = sorted(path for path in folder.glob("*.nii.gz") if "label" not in path.name)[:each]
    for number, path in enumerate(files):
        volume = nibabel.load(path).get_fdata()
        for axis in range(volume.ndim) if len(files) < 3 else (number % volume.ndim,):
            flat = np.rot90(np.take(volume, volume.shape[axis] // 2, axis=axis))
            low, high = np.percentile(flat, [1, 99.5])
            grey = (255 * np.clip((flat - low) / max(high - low, 1e-9), 0, 1)).astype(np.uint8)
            yield folder.parent.name if folder.name.startswith("im") else folder.name, f"{path.name}-{axis}", grey


def _projected(folder: Path, what: str, each: int) -> Iterator[tuple[str, str, Grey]]:
    """Films as X-rays through CT volumes would make them, from the front and from the side."""
    import nibabel

    files = [path for path in folder.glob("*.nii.gz") if "label" not in path.name and "part" not in path.name]
    for path in sorted(files)[:each]:
        image = nibabel.as_closest_canonical(nibabel.load(path))
        dense = np.clip(1 + image.get_fdata() / 1000, 0, 3)  # of water
        for axis, side in ((1, "from the front"), (0, "from the side")):
            spacing = [size for place, size in enumerate(image.header.get_zooms()) if place != axis]
            flat = np.rot90(dense.sum(axis=axis))  # the logarithm of what is absorbed, as detectors give it
            low, high = np.percentile(flat, [1, 99.5])
            grey = (255 * np.clip((flat - low) / max(high - low, 1e-9), 0, 1)).astype(np.uint8)
            size = round(grey.shape[1] * spacing[0] / spacing[1]), grey.shape[0]
            film = PIL.Image.fromarray(grey).resize(size, PIL.Image.Resampling.BICUBIC)
            yield f"{what} {side} (CT)", f"{path.name}-{axis}", np.asarray(film)


def _photographs() -> list[Path]:
    """Pictures that come with matplotlib and scikit-learn."""
    import matplotlib
    import sklearn.datasets

    ours = [Path(matplotlib.get_data_path()) / "sample_data" / name for name in ("grace_hopper.jpg", "logo2.png")]
    return [*ours, *sorted((Path(sklearn.datasets.__file__).parent / "images").glob("*.jpg"))]


def _sample_slice() -> Iterator[tuple[str, str, Grey]]:
    """The MR slice of matplotlib's samples."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "sample_data" / "s1045.ima.gz"
    values = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint16).reshape(256, 256)
    yield "MR of the brain", "s1045", (values / values.max() * 255).astype(np.uint8)


def wrong_way(film: Grey) -> dict[str, Grey]:
    """A film as it should not come, by kind."""
    rows, columns = film.shape
    corners = film[: rows // 2, : columns // 2], film[rows // 2 :, columns // 2 :]
    return {
        "turned to the left": np.rot90(film),
        "turned to the right": np.rot90(film, -1),
        "upside down": np.rot90(film, 2),
        "mirrored": film[:, ::-1],
        "upper left quarter": corners[0],
        "lower right quarter": corners[1],
    }


def spoilt(film: Grey, mask: Grey, rng: np.random.Generator) -> dict[str, tuple[Grey, Grey]]:
    """A film spoilt in ways that hide the chest, with its mask moved alike, by kind; strengths are drawn."""
    image = PIL.Image.fromarray(film)
    rows, columns = film.shape
    side = min(rows, columns)
    small = image.resize((max(8, columns * 24 // side), max(8, rows * 24 // side)), 4).resize(image.size, 1)
    packed = io.BytesIO()
    image.resize((columns // 4, rows // 4)).save(packed, "JPEG", quality=int(rng.integers(2, 12)))
    covered = film.copy()
    top, left = int(rng.uniform(0.1, 0.5) * rows), int(rng.uniform(0.1, 0.5) * columns)
    covered[top : top + rows // 2, left : left + columns // 3] = int(rng.choice([0, 255]))
    low, high = int(rng.uniform(0.1, 0.35) * rows), int(rng.uniform(0.65, 0.9) * rows)
    angle = float(rng.choice([-1, 1]) * rng.uniform(20, 70))
    blur = PIL.ImageFilter.GaussianBlur(rng.uniform(0.01, 0.05) * side)
    noise = rng.normal(0, rng.uniform(40, 160), film.shape)
    values = film / 255.0
    return {
        "blurred": (np.asarray(image.filter(blur)), mask),
        "noisy": (np.clip(film + noise, 0, 255).astype(np.uint8), mask),
        "few pixels": (np.asarray(small), mask),
        "JPEG artefacts": (np.asarray(PIL.Image.open(packed).resize(image.size)), mask),
        "partly covered": (covered, mask),
        "cropped": (film[low:high], mask[low:high]),
        "burnt out": ((255 * np.clip(values * rng.uniform(1.8, 4), 0, 1)).astype(np.uint8), mask),
        "too dark": ((255 * values ** rng.uniform(3, 7)).astype(np.uint8), mask),
        "leaning": (
            np.asarray(image.rotate(angle, PIL.Image.Resampling.BILINEAR)),
            np.asarray(PIL.Image.fromarray(mask).rotate(angle)),
        ),
    }
