"""What the audit finds of defects that are known, and what it says of films that are good.

    python benchmarks/audit_precision.py PATH/TO/data [--half odd|even|all] [--fit FILE] [--out FOLDER]

PATH/TO/data holds `chest-wingspan` and `chest-nih-findings`. Three tables:

1. findings per check on the sets as they are, and how many of the defects that their READMEs name are among them;
2. defects planted into Wingspan films of one half (limits were set on the even half; the default, odd, is reported):
   recall, and false alarms per check on the untouched films;
3. the same on synthetic films.

`--fit FILE` fits the template of `medunet.auditing.turning` anew instead (even subjects), and writes it to FILE.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medunet.auditing import FINDINGS, Evidence, Result, gather, look_at_all, run_checks
from medunet.auditing.grey import thumbnail
from medunet.auditing.turning import SIZE, ranked, ways
from medunet.images import write_json, write_text
from medunet.phantoms import SCHEME, ChestPhantom, chest_film, subject_of
from medunet.workflows.surroundings import machine, versions

Array = NDArray[np.uint8]
Results = dict[str, Result]

NAMED: dict[str, tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]] = {
    "chest-wingspan": (
        ("left lung through the heart", tuple(f"wingspan-0{n}" for n in (57, 58, 61, 62, 63, 65, 67, 68)), ("MU405",)),
        ("very low contrast", ("wingspan-046",), ("MU202", "MU207")),
        ("half the picture is abdomen", ("wingspan-200",), ("MU402", "MU404", "MU406")),
        ("rotated, metal", ("wingspan-228",), ("MU202", "MU309", "MU403", "MU406")),
        ("very large heart", ("wingspan-185",), ("MU401", "MU404")),
        ("opacity left out of the mask", ("wingspan-145",), ("MU309", "MU406")),
    ),
    "chest-nih-findings": (
        ("bands of the collimator", ("00000003_002", "00000005_000", "00000008_002", "00000013_006", "00000013_007",
                                     "00000013_011", "00000013_024", "00000158_000"), ("MU203", "MU207")),
        ("a series of one subject", ("00000013_033", "00000013_046"), ("MU503",)),
        ("much abdomen", ("00000010_000",), ("MU207", "MU205")),
    ),
    "chest-nih-findings/raw": (
        ("inverted", ("made-inverted-00000013_026",), ("MU204",)),
        ("turned by 90 degrees", ("made-rotated90-00000013_026",), ("MU205",)),
        ("copies of 00000013_026", ("made-16bit-00000013_026", "made-palette-00000013_026",
                                    "made-inverted-00000013_026", "made-rotated90-00000013_026"),
         ("MU501", "MU502", "MU503")),
        ("cut copies of 00000001_002", ("00000001_002-cropped-988x860", "00000001_002-tiny-300"), ("MU502", "MU503")),
        ("tiny", ("00000210_000-rgba-64", "00000278_007-rgb-64"), ("MU209",)),
        ("16 bits", ("made-16bit-00000013_026",), ("MU210",)),
    ),
}  # fmt: skip

SOUND: dict[str, dict[str, tuple[str, ...]]] = {
    "chest-wingspan": {"MU203": ("wingspan-077",), "MU406": ("wingspan-060", "wingspan-076")},
    "chest-nih-findings": {
        "MU203": ("00000032_028", "00000032_033", "00000032_047", "00000061_003", "00000071_005", "00000109_004",
                  "00000116_008", "00000116_017", "00000116_036", "00000116_037", "00000172_002", "00000181_010",
                  "00000181_026", "00000181_028", "00000181_042"),
        "MU207": ("00000015_000", "00000144_002", "00000165_002", "00000168_001", "00000245_000", "00000248_026",
                  "00000251_000"),
    },
}  # fmt: skip
"""Films that a check named and in which a person who looked at every one that was named saw nothing of what it says."""


@dataclass(frozen=True)
class Defect:
    """A defect that is planted: what it does to film and mask (and to a third, the other case's mask), who finds it."""

    name: str
    codes: tuple[str, ...]
    film: Callable[[Array], Array] = lambda film: film
    mask: Callable[[Array, Array], Array] = lambda mask, other: mask
    copy: bool = False


def _jpeg(film: Array) -> Array:
    buffer = io.BytesIO()
    PIL.Image.fromarray(film).save(buffer, "JPEG", quality=40)
    return np.asarray(PIL.Image.open(buffer))


def _resized(film: Array, rows: int) -> Array:
    return np.asarray(PIL.Image.fromarray(film).resize((rows, rows), PIL.Image.Resampling.BOX))


def _noisy(film: Array) -> Array:
    return np.clip(film + np.random.default_rng(1).normal(0, 10, film.shape), 0, 255).astype(np.uint8)


def _cut(film: Array) -> Array:
    n = len(film)
    return film[n // 20 : n - n // 16, n // 12 : n - n // 30]


def _slipped(axis: int, sign: int) -> Callable[[Array, Array], Array]:
    return lambda mask, other: np.roll(mask, sign * round(len(mask) * 20 / 512), axis)


DEFECTS = (
    Defect("mirrored, with mask", ("MU206",), lambda f: f[:, ::-1], lambda m, o: m[:, ::-1]),
    Defect("upside down, with mask", ("MU205",), lambda f: f[::-1, ::-1], lambda m, o: m[::-1, ::-1]),
    Defect("turned by 90, with mask", ("MU205",), lambda f: np.rot90(f), lambda m, o: np.rot90(m)),
    Defect("inverted", ("MU204",), lambda f: 255 - f),
    Defect("mask 20 px down", ("MU309",), mask=_slipped(0, 1)),
    Defect("mask 20 px up", ("MU309",), mask=_slipped(0, -1)),
    Defect("mask 20 px right", ("MU309",), mask=_slipped(1, 1)),
    Defect("mask 20 px left", ("MU309",), mask=_slipped(1, -1)),
    Defect("mask of another case", ("MU308", "MU309"), mask=lambda m, o: o),
    Defect("the same, not by its copy", ("MU309",), mask=lambda m, o: o),
    Defect("labels exchanged", ("MU310",), mask=lambda m, o: np.array([0, 2, 1, 3], np.uint8)[m]),
    Defect("mask empty", ("MU303",), mask=lambda m, o: np.zeros_like(m)),
    Defect("value 7", ("MU302",), mask=lambda m, o: np.where(m == 2, 7, m).astype(np.uint8)),
    Defect("mask of half size", ("MU301",), mask=lambda m, o: m[::2, ::2]),
    Defect("black film", ("MU201",), lambda f: np.zeros_like(f)),
    Defect("copy, exact", ("MU501",), copy=True),
    Defect("copy with noise", ("MU502",), _noisy, copy=True),
    Defect("copy at 60 %", ("MU502",), lambda f: _resized(f, round(0.6 * len(f))), copy=True),
    Defect("copy as JPEG", ("MU502",), _jpeg, copy=True),
    Defect("copy, cut", ("MU502",), _cut, copy=True),
)


def audited(root: Path, memory: Path) -> tuple[Results, int]:
    """Code → result, and how many cases there were."""
    gathered = gather(root)
    evidence = Evidence(gathered, look_at_all(gathered.cases, memory=memory))
    return {result.check.code: result for result in run_checks(FINDINGS, evidence)}, len(gathered.cases)


def cases_of(results: Results, code: str) -> set[str]:
    """All cases that a check names."""
    return {case for finding in results[code].findings for case in finding.cases}


def as_they_are(data: Path, memory: Path) -> list[dict[str, object]]:
    """Findings per check on each set, and which of the named defects are among them."""
    lines: list[dict[str, object]] = []
    for name, named in NAMED.items():
        results, cases = audited(data / name, memory)
        print(f"\n{name}: {cases} cases")
        for result in results.values():
            if result.findings:
                print(f"  {result.check.code} {result.check.title:34} {len(result.findings):4} findings, "
                      f"{len(cases_of(results, result.check.code)):4} cases")  # fmt: skip
        for defect, ids, codes in named:
            found = sorted({case for case in ids if any(case in cases_of(results, code) for code in codes)})
            lines.append({"set": name, "defect": defect, "named": len(ids), "found": len(found)})
            print(f"  README: {defect:34} {len(found)} of {len(ids)}  {' '.join(sorted(set(ids) - set(found))[:6])}")
        lines += judged(name, results, cases)
    return lines


def judged(name: str, results: Results, cases: int) -> list[dict[str, object]]:
    """How many of the films that checks name one by one are sound, as far as they were looked at."""
    sound = SOUND.get(name, {})
    named: set[str] = set()
    false: set[str] = set()
    for code, result in results.items():
        single = {one.cases[0] for one in result.findings if len(one.cases) == 1}
        named |= single
        false |= single & set(sound.get(code, ()))
    if not sound:
        return []
    share = 1 - len(false) / max(1, len(named))
    print(f"  looked at: {len(named)} films named one by one, {len(false)} of them sound: precision {share:.0%}, "
          f"false alarms {len(false) / cases:.1%} of the films")  # fmt: skip
    return [{"set": name, "named": len(named), "sound": len(false), "films": cases}]


def films_of(root: Path, half: str) -> Iterator[tuple[Array, Array]]:
    """Films and masks of one half of Wingspan."""
    for number, path in enumerate(sorted((root / "images").glob("*.png"))):
        if half == "all" or (number % 2 == 0) == (half == "even"):
            yield (
                np.asarray(PIL.Image.open(path).convert("L")),
                np.asarray(PIL.Image.open(root / "masks" / path.name)),
            )


def planted(pairs: list[tuple[Array, Array]], name: str, memory: Path, share: int = 6) -> list[dict[str, object]]:
    """Each defect in every `share`-th film of a set, one set a defect; false alarms on the set without any."""
    lines: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root / "sound", pairs)
        results, cases = audited(root / "sound", memory)
        print(f"\n{name}: {cases} films without a planted defect; cases named, share")
        for code, result in results.items():
            if number := len(cases_of(results, code)):
                print(f"  {code} {result.check.title:34} {number:4}  {number / cases:6.1%}")
                lines.append({"set": name, "check": code, "false_alarms": number, "films": cases})
        print(f"{name}: planted")
        for defect in DEFECTS:
            chosen = range(0, len(pairs), share)
            wanted = _plant(root / "spoilt", pairs, defect, chosen)
            results, _ = audited(root / "spoilt", memory)
            found = wanted & set().union(*(cases_of(results, code) for code in defect.codes))
            print(f"  {defect.name:30} {'/'.join(defect.codes):12} {len(found):3} of {len(wanted):3}")
            lines.append({"set": name, "defect": defect.name, "planted": len(wanted), "found": len(found)})
    return lines


def _write(root: Path, pairs: list[tuple[Array, Array]]) -> None:
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for old in (root / folder).glob("*.png"):
            old.unlink()
    for number, (film, mask) in enumerate(pairs):
        PIL.Image.fromarray(film).save(root / "images" / f"film-{number:03d}.png", compress_level=1)
        PIL.Image.fromarray(mask).save(root / "masks" / f"film-{number:03d}.png", compress_level=1)
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())


def _plant(root: Path, pairs: list[tuple[Array, Array]], defect: Defect, chosen: range) -> set[str]:
    """Write a set with a defect in some of its films; the ids of those that must be found."""
    spoilt = list(pairs)
    wanted = set()
    for number in chosen:
        film, mask = pairs[number]
        other = pairs[(number + len(pairs) // 2 + 1) % len(pairs)][1]
        changed = np.ascontiguousarray(defect.film(film)), np.ascontiguousarray(defect.mask(mask, other))
        if defect.copy:
            wanted.add(f"film-{len(spoilt):03d}")
            spoilt.append((changed[0], _resized_mask(mask, changed[0])))
        else:
            wanted.add(f"film-{number:03d}")
            spoilt[number] = changed
    _write(root, spoilt)
    return wanted


def _resized_mask(mask: Array, film: Array) -> Array:
    way = PIL.Image.Resampling.NEAREST
    return np.asarray(PIL.Image.fromarray(mask).resize((film.shape[1], film.shape[0]), way))


def fit(data: Path, out: Path, steps: int = 300, shrinkage: float = 5e-4) -> None:
    """The template: softmax over the 16 ways, gradient descent with momentum, films of even subjects."""
    nih = sorted((data / "chest-nih-findings/images64").glob("*.png"))
    nih += sorted((data / "chest-nih-findings/images").glob("*.jpg"))
    files = [path for path in nih if int(path.stem.split("_")[0]) % 2 == 0]
    wingspan = sorted((data / "chest-wingspan/images").glob("*.png"))[::2]
    grey = [np.asarray(PIL.Image.open(path).convert("L"), np.float32) for path in (*files, *wingspan, *wingspan)]
    turned = np.stack([ways(ranked(thumbnail(one))).reshape(16, -1) for one in grey])
    weights, speed = np.zeros(SIZE * SIZE), np.zeros(SIZE * SIZE)
    for _ in range(steps):
        score = turned @ weights
        chance = np.exp(score - score.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        chance[:, 0] -= 1
        speed = 0.9 * speed - 20 * (np.einsum("nk,nkd->d", chance, turned) / len(turned) + shrinkage * weights)
        weights = weights + speed
    step = float(np.abs(weights).max() / 127)
    values = base64.b64encode(np.rint(weights / step).astype(np.int8).tobytes()).decode()
    about = "template of upright frontal chest films for medunet.auditing.turning; see there"
    write_text(out, json.dumps({"about": about, "step": step, "values": values}, indent=1) + "\n")


def first_films(count: int) -> Iterator[ChestPhantom]:
    """Synthetic films of as many subjects; two of one subject would be alike."""
    for index in range(3 * count):
        subject, film = subject_of(7, index)
        if film == 0 and subject < count:
            yield chest_film(7, index, size=256)


def main() -> None:
    """Run the three parts, or fit."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("--half", choices=("odd", "even", "all"), default="odd")
    words.add_argument("--phantoms", type=int, default=48)
    words.add_argument("--only", choices=("sets", "wingspan", "phantoms"))
    words.add_argument("--fit", type=Path)
    words.add_argument("--out", type=Path)
    asked = words.parse_args()
    if asked.fit:
        fit(asked.data, asked.fit)
        return
    out = asked.out or Path(tempfile.mkdtemp())
    lines: list[dict[str, object]] = []
    if asked.only in (None, "sets"):
        lines += as_they_are(asked.data, out / "looks")
    if asked.only in (None, "wingspan"):
        lines += planted(list(films_of(asked.data / "chest-wingspan", asked.half)), "Wingspan", out / "looks")
    if asked.only in (None, "phantoms"):
        synthetic = [(one.image.array[0], one.labels.array) for one in first_films(asked.phantoms)]
        lines += planted([(film, mask.astype(np.uint8)) for film, mask in synthetic], "phantoms", out / "looks")
    write_json(out / "audit_precision.json", {"rows": lines, "machine": machine(), "versions": versions()})
    print(f"\n{out / 'audit_precision.json'}")


if __name__ == "__main__":
    main()
