"""What evaluate can say in a paper: a methods text, and answers to the checklists, from what was recorded alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from medunet.planning import Plan
from medunet.reports import PROVENANCE, Answer, Methods
from medunet.workflows import surroundings
from medunet.workflows.evaluation import Evaluation, Task

UNET = "Ronneberger O, Fischer P, Brox T. U-Net: convolutional networks for biomedical image segmentation. MICCAI 2015."
DICE = "Dice LR. Measures of the amount of ecologic association between species. Ecology 1945;26:297-302."
SURFACES = "Maier-Hein L, Reinke A, et al. Metrics Reloaded. Nat Methods 2024;21:195-212."
AGREEMENT = (
    "Bland JM, Altman DG. Statistical methods for assessing agreement between two methods. Lancet 1986;327:307-10."
)
LOSSES = {"ce": "cross-entropy", "dice": "soft Dice"}
MONITORS = {"val_dice": "the mean Dice", "val_loss": "the loss"}
"""How a paper calls what a recipe calls so; other words stay as they are."""


def evaluation_methods(done: Evaluation, task: Task) -> Methods:
    """The methods text: data, network and training, metrics, statistics, software."""
    paragraphs = (_data(done, task), _model(task), _metrics(done), _statistics(done), _software(task))
    sources = (*((UNET,) if task.plan is not None else ()), DICE, SURFACES, *((AGREEMENT,) if done.ratios else ()))
    sources = (*sources, *(source for _, source in _interval_methods(done)))
    return Methods(tuple(" ".join(sentences) for part in paragraphs if (sentences := list(part))), sources)


def _data(done: Evaluation, task: Task) -> Iterator[str]:
    """Where the cases came from, and how they were parted."""
    cases, subjects = task.cases.cases, {case.subject for case in task.cases.cases}
    scored = f"{len(cases)} cases of {len(subjects)} subjects"
    if task.split is not None:
        parts = [
            f"{name} ({count} cases of {task.split['subjects'][name]} subjects)"
            for name, count in task.split["cases"].items()
        ]
        shared = len(task.split["shared_subjects"])
        apart = "no subject was in two parts" if not shared else f"{shared} subjects were in more than one part"
        yield f"The data were parted into {', '.join(parts)}: {task.split.get('method', 'as given')}; {apart}."
        yield f"Subjects were told apart by: {task.split['subject_from']}."
    yield f"Scores are of {scored}, all of which had a reference mask."
    if done.failed:
        yield f"{len(done.failed)} of them could not be predicted; they count as 0 in the overlap scores."
    if done.caution:
        yield done.caution
    if digest := task.record.get("data", {}).get("sha256"):
        yield f"The training data have the fingerprint {str(digest)[:16]} (sha256)."


def _model(task: Task) -> Iterator[str]:
    """Network and training, or that the masks were made elsewhere."""
    plan = task.plan
    if plan is None:
        yield f"The masks in {task.subject} were scored as they were; how they were made is not part of this record."
        return
    yield network_words(plan, task.record.get("parameters")) + f" {input_words(plan)}"
    if task.record:
        yield training_words(plan, task.record)
    if folds := task.record.get("folds"):
        yield f"The probabilities of {folds} such networks were averaged, each trained with another part left out."
    yield f"The weights have the hash {_weights(task)} (sha256)."


def network_words(plan: Plan, parameters: int | None) -> str:
    """The network in a sentence."""
    widths = ", ".join(str(width) for width in plan.network.widths)
    size = f" and {parameters:,} parameters" if parameters else ""
    ends = "softmax over background and" if plan.output == "softmax" else "one sigmoid each for"
    return (
        f"A U-Net with {len(plan.network.widths)} resolutions of {widths} channels{size} was used, with {ends} "
        f"{', '.join(plan.classes)}."
    )


def input_words(plan: Plan) -> str:
    """How an image becomes the network's input."""
    size = " × ".join(str(side) for side in plan.preprocessing.size)
    grey = next((one.value for one in plan.decisions if one.key == "intensity"), plan.preprocessing.intensity.kind)
    channels = plan.preprocessing.channels
    return (
        f"Images were brought to {size} pixels ({plan.preprocessing.fit}) in {channels} "
        f"channel{'s' * (channels > 1)}, with intensities scaled by {grey}."
    )


def training_words(plan: Plan, record: Mapping[str, Any]) -> str:
    """How long, with what, and which weights were kept."""
    training = plan.training
    losses = " + ".join(f"{weight:g} × {LOSSES.get(name, name)}" for name, weight in training.loss.items())
    return (
        f"It was trained for {record.get('epochs', plan.epochs)} epochs in batches of "
        f"{training.batch * training.accumulate} with {training.optimiser} (learning rate {training.lr:g}, schedule "
        f"{training.schedule.kind.replace('_', ' ')}, weight decay {training.weight_decay:g}), the loss {losses}, and "
        f"seed {training.seed}; random changes of each image: {_changes(plan)}. "
        f"{selection_words(training.monitor, record.get('best_epoch', '?'))}"
    )


def selection_words(monitor: str, epoch: object) -> str:
    """Which weights were kept and why, as a sentence."""
    if monitor == "none":
        return f"The weights of the last epoch, {epoch}, were kept; the validation cases chose nothing."
    chosen = f"chosen by {MONITORS.get(monitor, monitor)} on the validation cases"
    return f"The weights of epoch {epoch} were kept, {chosen}."


def _changes(plan: Plan) -> str:
    """The augmentations that are switched on, with their strength."""
    values = plan.augmentation.model_dump(mode="json")
    on = [
        f"{name.replace('_', ' ')} {value:g}"
        for name, value in values.items()
        if isinstance(value, (int, float)) and value
    ]
    return ", ".join(on) or "none"


def _weights(task: Task) -> str:
    """The hash of the weights, as the page's provenance gives it."""
    return next((value for _, group in task.facts for name, value in group if name.startswith("weights")), "unknown")


def _metrics(done: Evaluation) -> Iterator[str]:
    """What was measured, with the rule for what is not there."""
    units = sorted({one.unit.removeprefix("ratio ") for one in done.scores if one.metric == "nsd" and one.unit})
    within = f" ({', '.join(units)})" if units else ""
    yield (
        "Overlap was measured by the Dice coefficient, intersection over union, precision, recall, specificity and "
        "accuracy, surfaces by the 95th percentile Hausdorff distance (the larger of the two directed ones), the "
        f"average symmetric surface distance and the normalised surface Dice{within}. A structure that was missed or "
        "invented counts as 0, and as the length of the image's diagonal in distances; one that is in neither mask has "
        "no score."
    )
    if done.ratios:
        yield (
            "The cardiothoracic ratio was taken from predicted and from reference masks alike, and their agreement "
            "described by bias and mean absolute error."
        )
    if not done.roc.refusal:
        yield "ROC curves rank pixels by the probability that the model gives them."


def _statistics(done: Evaluation) -> Iterator[str]:
    """How the intervals were made, as the estimates themselves say it."""
    yield "The subject, not the image, was the unit of every interval; intervals are at 95 %."
    for name, _ in _interval_methods(done):
        yield f"Used: {name}."


def _interval_methods(done: Evaluation) -> tuple[tuple[str, str], ...]:
    """Name and source of each method behind an interval of a mean or a median, each once."""
    known = [done.interval(one) for one in done.summaries if one.metric in ("dice", "ctr_abs_error") and one.n]
    estimates = [one for both in known for one in (both.mean, both.median) if one.low is not None]
    return tuple(dict.fromkeys((one.method.name, one.method.source) for one in estimates))


def _software(task: Task) -> Iterator[str]:
    now = surroundings.versions()
    yield "Computed with " + ", ".join(f"{name} {version}" for name, version in now.items()) + "."
    then = task.record.get("versions", {})
    other = [f"{name} {version}" for name, version in then.items() if now.get(name) != version]
    if other:
        yield f"The training used {', '.join(other)}."


def evaluation_facts(done: Evaluation, task: Task, titles: Sequence[str]) -> dict[str, Answer]:
    """Topic → what this evaluation knows of it, for `checklist_block`.

    Args:
        done: the scores.
        task: what was evaluated.
        titles: of the page's sections; an answer leads to one where it is there.
    """

    def at(title: str) -> str:
        return title if title in titles else ""

    n = len(task.cases.cases)
    facts = {
        "flow": Answer(f"{n} cases to be scored, {n - len(done.failed)} predicted", at("Flow of numbers")),
        "data source": Answer("folder, fingerprint and how it was read", PROVENANCE),
        "missing data": Answer(f"{len(done.failed)} cases without a prediction, counted as 0", at("Flow of numbers")),
        "software": Answer(f"medunet {surroundings.versions()['medunet']} and packages", PROVENANCE),
        "metrics": Answer("Dice, IoU, HD95, ASSD, NSD and others, with the rule for empties", at("Scores")),
        "statistics": Answer("in the text for a paper", at("Methods")),
        "precision": Answer("means and medians with 95 % intervals, or why there are none", at("Scores")),
        "performance": Answer("summary and every case", at("Scores")),
        "failures": Answer("worst cases with pictures; confusion of all pixels", at("Worst cases")),
        "cross table": Answer("confusion of all pixels", at("Distribution and confusion")),
        "audit": Answer("scores of every case in scores.csv, figures with their numbers in figures/", at("Every case")),
    }
    return facts | _facts_of_model(task, at("Methods")) | _facts_of_split(task, at("Scores"))


def _facts_of_model(task: Task, methods: str) -> dict[str, Answer]:
    """What a run or a model knows of how it was made."""
    if task.plan is None:
        return {}
    facts = {
        "preprocessing": Answer(input_words(task.plan), methods),
        "model": Answer(network_words(task.plan, task.record.get("parameters")), methods),
    }
    if not task.record:
        return facts
    init = task.record.get("init")
    started = f"weights of {init}" if isinstance(init, str) else "given weights" if init else "random weights"
    return facts | {
        "initialisation": Answer(f"{started}, seed {task.plan.training.seed}", PROVENANCE),
        "training": Answer(f"{task.record.get('epochs', task.plan.epochs)} epochs; all settings", methods),
        "model selection": Answer(_selection(task.plan.training.monitor), methods),
    }


def _selection(monitor: str) -> str:
    return "the last weights" if monitor == "none" else f"best {monitor} on the validation cases"


def _facts_of_split(task: Task, scores: str) -> dict[str, Answer]:
    """What a run knows of its own parts."""
    if task.split is None:
        return {}
    parts = ", ".join(f"{count} {name}" for name, count in task.split["cases"].items())
    shared = len(task.split["shared_subjects"])
    return {
        "split": Answer(f"{parts}: {task.split.get('method', 'as given')}", PROVENANCE),
        "split level": Answer(f"subjects ({task.split['subject_from']}); {shared} in two parts", PROVENANCE),
        "development": Answer(f"cases: {parts}", PROVENANCE),
        "internal test": Answer(f"{len(task.cases.cases)} cases of the same source", scores),
    }
