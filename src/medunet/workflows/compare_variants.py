"""compare --vary: the variants of a recipe, trained one after the other into runs that are then compared."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medunet.cases.file_names import file_name
from medunet.errors import InputError, UsageError
from medunet.planning import Recipe, read_recipe
from medunet.workflows.compare_groups import SEED
from medunet.workflows.progress import Progress
from medunet.workflows.run_folder import read_run

RUNS = "runs"
"""Folder of the runs, in the output folder."""


@dataclass(frozen=True)
class Variant:
    """One training.

    Attributes:
        name: of its run folder.
        label: what the variant is called in the comparison; the same for all of its seeds.
        changes: `key=value` laid over the recipe, the seed's among them.
    """

    name: str
    label: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Trainings:
    """What all variants have in common: the arguments of `train`."""

    data: str
    recipe: str
    changes: tuple[str, ...]
    budget: float | None
    device: str
    cache: str | None


def variants_of(vary: Sequence[str], seeds: Sequence[int], recipe: str, changes: Sequence[str]) -> tuple[Variant, ...]:
    """Every combination of the values, with every seed; each is checked before anything is trained.

    Args:
        vary: `KEY=A,B,…`; commas inside of brackets separate nothing.
        seeds: of the trainings; none leaves the recipe's own.
        recipe: name of a packaged recipe, or a YAML file.
        changes: `key=value` for all variants.

    Raises:
        UsageError: not KEY=A,B; fewer than two trainings; two that are the same; or other test cases in one of them.
        InputError: a recipe that does not exist, or a value that it does not allow.
    """
    if len(set(seeds)) < len(seeds):
        raise UsageError("--seeds", "names a seed twice", "Give every seed once")
    found: dict[str, Variant] = {}
    recipes: list[Recipe] = []
    for combination in itertools.product(*map(_choices, vary)):
        asked = [f"{key}={value}" for key, value in combination]
        label = ", ".join(f"{key.rpartition('.')[2]}={value}" for key, value in combination)
        for seed in seeds or (None,):
            own = (*asked, *([] if seed is None else [f"{SEED}={seed}"]))
            name = _folder([*combination, *([] if seed is None else [("seed", str(seed))])], found)
            recipes.append(read_recipe(recipe, [*changes, *own]))
            found[name] = Variant(name, label, own)
    _check(recipes, vary)
    return tuple(found.values())


def train_variants(folder: Path, variants: Sequence[Variant], how: Trainings, progress: Progress) -> dict[Path, str]:
    """Train what is not trained yet; a training that was stopped goes on.

    Returns:
        Run folder → label, in the order of the variants.

    Raises:
        MedunetError: as `train` raises it; the runs that are done stay.
    """
    from medunet.workflows.train import train

    runs = {}
    for number, variant in enumerate(variants, start=1):
        run = folder / RUNS / variant.name
        runs[run] = variant.label
        said = f"training {number} of {len(variants)}: {variant.name}"
        if _is_finished(run):
            progress.say(f"{said} is done already")
            continue
        begun = any((run / "checkpoints" / name).is_file() for name in ("last.ckpt", "previous.ckpt"))
        progress.say(said + (", from its last whole epoch" if begun else ""))
        train(
            how.data,
            recipe=how.recipe,
            out=run,
            changes=(*how.changes, *variant.changes),
            budget=how.budget,
            device=how.device,
            cache=how.cache,
            resume=begun,
            progress=progress,
        )
    return runs


def _is_finished(run: Path) -> bool:
    """Whether a training has ended; with a budget, calling it again would train on."""
    if not (run / "run.json").is_file():
        return False
    try:
        record: Mapping[str, object] = read_run(run)
    except InputError:
        return False
    return record.get("status") == "finished" and (run / "model" / "model.json").is_file()


def _choices(text: str) -> list[tuple[str, str]]:
    """The key with each of its values."""
    key, sign, values = text.partition("=")
    found = [value.strip() for value in _split(values)]
    if not sign or not key.strip() or len(found) < 2 or not all(found):
        raise UsageError(f"--vary {text}", "is not KEY=A,B", "Write for instance --vary training.lr=1e-3,1e-4")
    if len(set(found)) < len(found):
        raise UsageError(f"--vary {text}", "names a value twice", "Give every value once")
    return [(key.strip(), value) for value in found]


def _split(text: str) -> list[str]:
    """Parts between commas that are in no bracket."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "[{(") - (letter in "]})")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _folder(combination: Sequence[tuple[str, str]], taken: Mapping[str, object]) -> str:
    """A folder's name: the last part of each key and its value."""
    words = [
        f"{key.rpartition('.')[2]}-{re.sub(r'[^A-Za-z0-9.]+', '-', value).strip('-')}" for key, value in combination
    ]
    name = file_name("_".join(words))
    number = 2
    while name in taken:
        name, number = f"{file_name('_'.join(words))}_{number}", number + 1
    return name


def _check(recipes: Sequence[Recipe], vary: Sequence[str]) -> None:
    """Refuse what could not be compared in the end."""
    where = " ".join(f"--vary {text}" for text in vary) or "--seeds"
    if len(recipes) < 2:
        raise UsageError(where, "gives one training", "Give two values or two seeds at least")
    dumps = [recipe.model_dump(mode="json") for recipe in recipes]
    if any(dump["split"] != dumps[0]["split"] for dump in dumps):
        what = "gives the variants other test cases"
        raise UsageError(where, what, "Give --set split.… for all of them, and vary other keys")
    alike = [dump for number, dump in enumerate(dumps) if dump in dumps[:number]]
    if alike:
        raise UsageError(
            where, "gives two trainings that are the same", "Give values that differ, and seeds by --seeds"
        )
    if vary and len({str({**dump, "training": {**dump["training"], "seed": 0}}) for dump in dumps}) == 1:
        raise UsageError(where, "varies the seed alone", "Give the seeds as --seeds 0,1,2")
