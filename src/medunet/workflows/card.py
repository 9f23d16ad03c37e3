"""The model card: what a model was trained on, by what, for what, and what is not known about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medunet.measuring import Intervals
from medunet.planning import Plan
from medunet.workflows.interval_words import TITLE, interval_section


def model_card(name: str, plan: Plan, record: Mapping[str, Any], intervals: Intervals | str) -> str:
    """Markdown for `card.md` of a freshly trained model.

    Args:
        name: the model's.
        plan: as it was run.
        record: the content of run.json.
        intervals: of its ratios, or why there are none.
    """
    split = record["split"]
    validation = record.get("validation", {})
    dice = "\n".join(
        f"| {key.removeprefix('val_dice_')} | {value:.4f} |"
        for key, value in validation.items()
        if key.startswith("val_dice_") and value is not None
    )
    versions = record["versions"]
    monitor = plan.training.monitor
    chosen = monitor != "none"
    kept = f"best epoch {record['best_epoch']} by {monitor}" if chosen else "the last weights"
    worth = "they chose the weights, so they are optimistic" if chosen else "they neither trained nor chose anything"
    honest = "Scores on cases that chose nothing come from" if chosen else "Scores on the test cases come from"
    return f"""# {name}

Segments {", ".join(plan.classes)} on two-dimensional images. Trained by medunet {versions["medunet"]} with the recipe
`{plan.recipe}`. Research use; not a medical device.

## Data

- Subjects: {", ".join(f"{n} {name}" for name, n in split["subjects"].items())}; {split["method"]}
- Subjects come from: {split["subject_from"]}
- Data fingerprint (sha256): `{record["data"]["sha256"]}`
- Licence of the data: not known to medunet; the person who shares this model states it here.

## Network and training

- U-Net, widths {list(plan.network.widths)}, {record["parameters"]:,} parameters, input {plan.preprocessing.size}
- {record["epochs"]} epochs; {kept}; seed {plan.training.seed}

## Scores on the validation cases ({worth})

| structure | Dice |
|---|---|
{dice}

{honest} `medunet evaluate`.

{interval_section(intervals)}
## Limits

Valid for images of the kind it was trained on. Other makers, projections, ages and diseases were not tried here.
"""


def with_intervals(card: str, intervals: Intervals | str) -> str:
    """A card whose section on intervals speaks of others; a card without such a section gets one at its end."""
    section = interval_section(intervals)
    before, title, after = card.partition(f"{TITLE}\n")
    if not title:
        return f"{card.rstrip()}\n\n{section}".lstrip()
    _, heading, rest = after.partition("\n## ")
    return f"{before}{section}{heading}{rest}"
