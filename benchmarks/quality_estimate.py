r"""Whether a chest model knows when it fails: its estimate of quality and its input check, on films it never saw.

    python benchmarks/quality_estimate.py MODEL --scored PATH/TO/chest-wingspan --good PATH/TO/chest-nih-findings \
        --foreign PATH/TO/data

Of `--scored` (films with masks) only those count that the model neither learnt from nor was chosen on. Their estimate
is held against the true mean Dice, as they are and spoilt; of `--good` (films alone, with a cases.csv) the share that
the input check doubts is counted. Foreign pictures and films turned, mirrored or cut must not end with an `ok` ratio.
Pictures and spoiling are those of `strange_pictures.py`, which no model's checks are fitted on. Intervals: 95 %,
bootstrap of whole subjects; of a share without variation Wilson's over subjects. Prints tables, then one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from scipy import stats

import medunet as mu
from medunet.cases import Case, read_cases
from medunet.images import Grid, Image, LabelMap
from medunet.measuring import Film, doubted, measure
from medunet.prediction import Model
from medunet.workflows.surroundings import machine, versions
from strange_pictures import drawn, real, spoilt, wrong_way

POOR = 0.9
"""True Dice below which a mask is called poor."""
DRAWS = 2000
Row = dict[str, Any]


def image_of(grey: NDArray[Any], name: str) -> Image:
    """A grey picture (rows, columns) as an image."""
    values = np.ascontiguousarray(grey)
    return Image(values[None], Grid(values.shape), source=name)


def looked_at(model: Model, image: Image) -> tuple[Row, LabelMap]:
    """What `predict` would say of one picture."""
    found = model.predict(image, checked=True)
    said = found.assessment
    if said is None:
        raise SystemExit("the model has no checks: train it anew")
    measured = doubted(measure(found.labels, Film()), said.doubts, Film())
    ratio = next(one for one in measured if one.name == "ctr")
    return {"quality": said.quality, "looks": said.looks, "status": ratio.status}, found.labels


def mean_dice(found: NDArray[Any], truth: NDArray[Any], classes: Sequence[str]) -> float:
    """Mean Dice over classes numbered from 1, of masks of the same shape; what neither holds is left out."""
    dices = []
    for number in range(1, 1 + len(classes)):
        here, there = found == number, truth == number
        if total := int(here.sum() + there.sum()):
            dices.append(2 * int((here & there).sum()) / total)
    return float(np.mean(dices)) if dices else 0.0


def numbers_of(labels: LabelMap, classes: Sequence[str]) -> NDArray[np.uint8]:
    """Class numbers (rows, columns), from 1 in the order of the classes."""
    out = np.zeros(labels.array.shape, np.uint8)
    for number, name in enumerate(classes, 1):
        if name in labels.scheme.names:
            out[labels.mask(name)] = number
    return out


def score(model: Model, cases: Sequence[Case], kinds: int) -> list[Row]:
    """True and estimated Dice of each film and of `kinds` spoilt versions of it."""
    rows = []
    for place, case in enumerate(cases):
        image = case.read_image()
        truth = numbers_of(case.read_target(), model.plan.classes)
        grey = np.asarray(PIL.Image.fromarray(_bytes(image.array[0])))
        bad = spoilt(grey, truth, np.random.default_rng([5, place]))
        names = list(bad)
        chosen = [names[(place * kinds + step) % len(names)] for step in range(kinds)]
        for kind, (picture, mask) in [("as it is", (grey, truth)), *((name, bad[name]) for name in chosen)]:
            row, labels = looked_at(model, image_of(picture, case.id))
            dice = mean_dice(numbers_of(labels, model.plan.classes), mask, model.plan.classes)
            rows.append(row | {"case": case.id, "subject": case.subject, "kind": kind, "dice": dice})
    return rows


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    low, high = np.percentile(values, [0.5, 99.5])
    return (255 * np.clip((values - low) / max(high - low, 1e-9), 0, 1)).astype(np.uint8)


def bootstrap(rows: Sequence[Row], figure: Callable[[Sequence[Row]], float]) -> tuple[float, float, float]:
    """A figure with its 95 % interval over subjects."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["subject"]].append(row)
    names, rng, values = list(groups), np.random.default_rng(1), []
    for _ in range(DRAWS):
        value = figure([row for name in rng.choice(names, len(names)) for row in groups[name]])
        values += [value] if np.isfinite(value) else []
    low, high = np.percentile(values, [2.5, 97.5]) if values else (np.nan, np.nan)
    return figure(rows), float(low), float(high)


def pearson(rows: Sequence[Row]) -> float:
    """Correlation of estimate and Dice."""
    quality, dice = _pairs(rows)
    return float(np.corrcoef(quality, dice)[0, 1]) if quality.std() and dice.std() else float("nan")


def spearman(rows: Sequence[Row]) -> float:
    """Rank correlation of estimate and Dice."""
    quality, dice = _pairs(rows)
    return float(np.corrcoef(stats.rankdata(quality), stats.rankdata(dice))[0, 1]) if quality.std() else float("nan")


def auroc(rows: Sequence[Row]) -> float:
    """How well a low estimate tells a Dice below `POOR`."""
    quality, dice = _pairs(rows)
    poor = dice < POOR
    if poor.all() or not poor.any():
        return float("nan")
    ranks = stats.rankdata(-quality)
    return float((ranks[poor].sum() - poor.sum() * (poor.sum() + 1) / 2) / (poor.sum() * (~poor).sum()))


def _pairs(rows: Sequence[Row]) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.array([row["quality"] or 0.0 for row in rows]), np.array([row["dice"] for row in rows])


def share(rows: Sequence[Row], told: Callable[[Row], bool]) -> tuple[float, float, float]:
    """Share of rows with its 95 % interval over subjects."""
    found = bootstrap(rows, lambda some: float(np.mean([told(row) for row in some])))
    if found[1] == found[2]:
        subjects = len({row["subject"] for row in rows})
        ends = stats.binomtest(round(found[0] * subjects), subjects).proportion_ci(method="wilson")
        return found[0], float(ends.low), float(ends.high)
    return found


def good_films(
    model: Model, sources: Sequence[Path], most: int, odd: bool
) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """The input check on good films: source, and every fourth inverted → a row for each; and every fourth mirrored."""
    out: dict[str, list[Row]] = {}
    mirrored: dict[str, list[Row]] = defaultdict(list)
    for source in sources:
        cases = read_cases(source, needs_target=False).cases
        sizes: dict[str, list[Case]] = defaultdict(list)
        for case in cases:
            if odd and int(case.subject) % 2 == 0:
                continue
            sizes[str(case.tags.get("size", ""))].append(case)
        for size, group in sizes.items():
            rows, inverted = [], []
            for place in np.linspace(0, len(group) - 1, min(most, len(group))).round().astype(int):
                case = group[place]
                image = case.read_image()
                rows.append(looked_at(model, image)[0] | {"subject": case.subject, "case": case.id})
                if place % 4 == 0:
                    other = image_of(255 - _bytes(image.array[0]), case.id)
                    inverted.append(looked_at(model, other)[0] | {"subject": case.subject, "case": case.id})
                if place % 4 == 2:
                    other = image_of(_bytes(image.array[0])[:, ::-1], case.id)
                    row = looked_at(model, other)[0] | {"subject": case.subject, "case": case.id}
                    mirrored[f"{source.name} {size} mirrored".replace("  ", " ")].append(row)
            out[f"{source.name} {size}".strip()] = rows
            out[f"{source.name} {size} inverted".replace("  ", " ")] = inverted
    return out, dict(mirrored)


def strange(model: Model, films: Sequence[Case], data: Path, each: int, photos: Path | None) -> dict[str, list[Row]]:
    """Foreign and wrong pictures: kind → a row for each."""
    out: dict[str, list[Row]] = defaultdict(list)
    for kind, name, grey in (*drawn(each), *real(data, each, photos)):
        out[kind].append(looked_at(model, image_of(grey, name))[0] | {"subject": name, "case": name})
    for case in films[: 3 * each]:
        for kind, grey in wrong_way(_bytes(case.read_image().array[0])).items():
            row = looked_at(model, image_of(grey, case.id))[0]
            out[f"film {kind}"].append(row | {"subject": case.subject, "case": case.id})
    return dict(out)


def main() -> None:
    """Print the tables, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--scored", type=Path, required=True)
    parser.add_argument("--good", type=Path, nargs="*", default=[])
    parser.add_argument("--foreign", type=Path, required=True)
    parser.add_argument("--photos", type=Path, help="a folder of further foreign pictures")
    parser.add_argument("--kinds", type=int, default=3, help="spoilt versions of each scored film")
    parser.add_argument("--odd", action="store_true", help="of the good films only subjects of odd number")
    parser.add_argument("--most", type=int, default=1000, help="good films of each size")
    parser.add_argument("--each", type=int, default=10, help="foreign pictures of each kind")
    told = parser.parse_args()
    model = mu.load_model(told.model)
    whole = {"right lung": "lung", "left lung": "lung"} if "lung" in model.plan.classes else {}
    cases = [one for one in read_cases(told.scored, rename=whole).cases if one.image_key() not in model.trained_on]
    scored = score(model, cases, told.kinds)
    result: dict[str, Any] = {"model": model.weights_sha256, "quality": {}, "good": {}, "strange": {}}
    plain = [row for row in scored if row["kind"] == "as it is"]
    for name, rows in (("real", plain), ("spoilt", [r for r in scored if r not in plain]), ("both", scored)):
        poor = sum(row["dice"] < POOR for row in rows)
        print(f"{name}: {len(rows)} films, {poor} with a Dice below {POOR}")
        error = bootstrap(rows, lambda some: float(np.mean(np.abs(np.subtract(*_pairs(some))))))
        figures = {"spearman": bootstrap(rows, spearman), "pearson": bootstrap(rows, pearson), "mean |error|": error}
        figures["AUROC"] = bootstrap(rows, auroc)
        result["quality"][name] = {"films": len(rows), "poor": poor, **figures}
        for key, (value, low, high) in figures.items():
            print(f"    {key:14}{value:7.3f}  ({low:.3f} to {high:.3f})", flush=True)
    good = {told.scored.name: [row for row in scored if row["kind"] == "as it is"]}
    others, mirrored = good_films(model, told.good, told.most, told.odd)
    good |= others
    bad = strange(model, cases, told.foreign, told.each, told.photos) | mirrored
    print(f"{'good films':44}{'films':>6}{'subjects':>9}{'doubted':>9}   95 %")
    for name, rows in good.items():
        value, low, high = share(rows, lambda row: bool(row["looks"]))
        result["good"][name] = {"films": len(rows), "doubted": [value, low, high]}
        people = len({row["subject"] for row in rows})
        print(f"{name:44}{len(rows):6}{people:9}{value:9.1%}   {low:.1%} to {high:.1%}", flush=True)
    print(f"{'strange pictures':44}{'n':>6}{'not ok':>9}{'by check':>10}   said most")
    for name, rows in bad.items():
        caught = float(np.mean([row["status"] != "ok" for row in rows]))
        looks = [row["looks"] for row in rows]
        most = max(set(looks), key=looks.count)
        seen = float(np.mean([bool(look) for look in looks]))
        result["strange"][name] = {"n": len(rows), "not ok": caught, "by check": seen}
        print(f"{name:44}{len(rows):6}{caught:9.1%}{seen:10.1%}   {most or '-'}")
    print(json.dumps(result | {"versions": versions(), "machine": machine()}), file=sys.stdout)


if __name__ == "__main__":
    main()
