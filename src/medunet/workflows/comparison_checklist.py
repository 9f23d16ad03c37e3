"""What a comparison knows of the reporting checklists: from its tests, and from the records of the runs behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from medunet.reports import PROVENANCE
from medunet.workflows.compare_input import Entry, RunFacts
from medunet.workflows.comparison import Comparison
from medunet.workflows.study_checklist import COMPARISON

Known = dict[str, tuple[str, str]]
"""Topic → the answer, and how the title of the section begins that says more."""


def comparison_facts(done: Comparison, entries: Sequence[Entry]) -> Known:
    """Every topic that the comparison knows; what the runs' records say is there where all entries are runs."""
    left = len({case for cases in done.alone.values() for case in cases})
    metrics = ", ".join(dict.fromkeys(one.metric for one in done.differences))
    unpaired = "Not compared" if left else "Tests"
    facts: Known = dict(COMPARISON) | {
        "flow": (f"{done.cases} cases of {done.subjects} subjects in all runs, {left} not in all of them", unpaired),
        "missing data": (
            "what was not predicted counts as 0 in Dice; a difference needs two values",
            unpaired,
        ),
        "metrics": (metrics, "Tests"),
        "audit": ("differences of every subject in tables/, tables of scores by hash", PROVENANCE),
    }
    if done.seeds:
        facts["robustness"] = facts["variability"] = ("spread between trainings with other seeds", "Seeds")
    runs = [entry.run for entry in entries if entry.run is not None]
    return facts | (_of_runs(done, runs) if len(runs) == len(entries) else {})


def run_record(run: RunFacts) -> tuple[tuple[str, str], ...]:
    """What a run's record says of how it came about, for the page's provenance."""
    record, recipe = run.record, run.recipe
    return (
        ("recipe", str(recipe.get("name", "–"))),
        ("seed", str(run.seed)),
        ("input", input_words(recipe)),
        ("parameters", _number(record.get("parameters"))),
        ("epochs", str(record.get("epochs", "–"))),
        ("weights", selection_words(recipe)),
        ("weights (sha256)", str(record.get("weights_sha256", "–"))),
        ("data (sha256)", str(record.get("data", {}).get("sha256", "–"))),
        ("split", str(record.get("split", {}).get("method", "–"))),
    )


def input_words(recipe: Mapping[str, Any]) -> str:
    """How an image becomes the network's input, as a recipe has it."""
    size = " × ".join(str(side) for side in recipe.get("input.size", ()) or ("?",))
    return f"{size} pixels ({recipe.get('input.fit', '?')}), intensities by {recipe.get('input.intensity.kind', '?')}"


def selection_words(recipe: Mapping[str, Any]) -> str:
    """Which weights were kept."""
    monitor = str(recipe.get("training.monitor", "?"))
    return "the last epoch's" if monitor == "none" else f"of the best {monitor} on the validation cases"


def _of_runs(done: Comparison, runs: Sequence[RunFacts]) -> Known:
    """What the records of all runs say together."""
    splits = [run.record.get("split", {}) for run in runs]
    started = _each("given weights" if run.record.get("init") else "random weights" for run in runs)
    facts: Known = {
        "data source": (f"{_counted({_digest(run) for run in runs}, 'data set')}, by fingerprint", PROVENANCE),
        "preprocessing": (_each(input_words(run.recipe) for run in runs), PROVENANCE),
        "model": (f"U-Nets of {_each(_number(run.record.get('parameters')) for run in runs)} parameters", PROVENANCE),
        "initialisation": (f"{started}; seeds {_each(str(run.seed) for run in runs)}", PROVENANCE),
        "model selection": (_each(selection_words(run.recipe) for run in runs), PROVENANCE),
        "ensemble": ("no models were joined", PROVENANCE),
    }
    if all(splits):
        parts = _each(", ".join(f"{n} {name}" for name, n in one.get("cases", {}).items()) for one in splits)
        shared = sum(len(one.get("shared_subjects", ())) for one in splits)
        level = _each(str(one.get("subject_from", "?")) for one in splits)
        facts |= {
            "split": (f"{parts}: {_each(str(one.get('method', 'as given')) for one in splits)}", PROVENANCE),
            "split level": (f"subjects ({level}); {shared} in two parts", PROVENANCE),
            "development": (f"cases: {parts}", PROVENANCE),
        }
    return facts


def _digest(run: RunFacts) -> str:
    return str(run.record.get("data", {}).get("sha256", "?"))


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "–"


def _each(words: Iterable[str]) -> str:
    """Words that differ, once each; three at most."""
    different = list(dict.fromkeys(words))
    return "; ".join(different[:3]) + (f"; and {len(different) - 3} more" if len(different) > 3 else "")


def _counted(things: set[str], name: str) -> str:
    return f"one {name}" if len(things) == 1 else f"{len(things)} {name}s"
