"""medunet: from a folder of medical images to numbers a reviewer accepts.

One function a command, the same words, values instead of files::

    import medunet as mu

    run = mu.train("films", recipe="chest-xray-small", out="run")
    mu.evaluate("run")
    labels = mu.load_model("run").predict(mu.read_image("film.png")).labels
    ratio = mu.measure_labels(labels, mu.Film(view="PA", adult=True))[0]

Everything is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medunet.cases import Case, Cases, read_cases
    from medunet.errors import InputError, MedunetError, OutputError, TrainingError, UsageError
    from medunet.images import Grid, Image, LabelMap, Scheme, read_image
    from medunet.measuring import Film, Measurement
    from medunet.measuring import measure as measure_labels
    from medunet.planning import Plan, Recipe, read_recipe
    from medunet.prediction import Model, Prediction, load_model
    from medunet.scoring import Score
    from medunet.scoring import score_case as score
    from medunet.workflows.audit import audit
    from medunet.workflows.compare import compare
    from medunet.workflows.comparison import Comparison
    from medunet.workflows.convert import convert
    from medunet.workflows.demo import demo
    from medunet.workflows.evaluate import evaluate
    from medunet.workflows.measure import measure
    from medunet.workflows.plan import plan
    from medunet.workflows.predict import predict
    from medunet.workflows.run_folder import Run
    from medunet.workflows.study import study
    from medunet.workflows.study_result import Study
    from medunet.workflows.train import train

__version__ = "0.1.0"

_HOME = {
    "Case": "medunet.cases",
    "Cases": "medunet.cases",
    "Comparison": "medunet.workflows.comparison",
    "Film": "medunet.measuring",
    "Grid": "medunet.images",
    "Image": "medunet.images",
    "InputError": "medunet.errors",
    "LabelMap": "medunet.images",
    "Measurement": "medunet.measuring",
    "MedunetError": "medunet.errors",
    "Model": "medunet.prediction",
    "OutputError": "medunet.errors",
    "Plan": "medunet.planning",
    "Prediction": "medunet.prediction",
    "Recipe": "medunet.planning",
    "Run": "medunet.workflows.run_folder",
    "Scheme": "medunet.images",
    "Score": "medunet.scoring",
    "Study": "medunet.workflows.study_result",
    "TrainingError": "medunet.errors",
    "UsageError": "medunet.errors",
    "compare": "medunet.workflows.compare",
    "convert": "medunet.workflows.convert",
    "audit": "medunet.workflows.audit",
    "demo": "medunet.workflows.demo",
    "evaluate": "medunet.workflows.evaluate",
    "load_model": "medunet.prediction",
    "measure": "medunet.workflows.measure",
    "measure_labels": "medunet.measuring:measure",
    "plan": "medunet.workflows.plan",
    "predict": "medunet.workflows.predict",
    "read_cases": "medunet.cases",
    "read_image": "medunet.images",
    "read_recipe": "medunet.planning",
    "score": "medunet.scoring:score_case",
    "study": "medunet.workflows.study",
    "train": "medunet.workflows.train",
}

__all__ = [
    "Case",
    "Cases",
    "Comparison",
    "Film",
    "Grid",
    "Image",
    "InputError",
    "LabelMap",
    "Measurement",
    "MedunetError",
    "Model",
    "OutputError",
    "Plan",
    "Prediction",
    "Recipe",
    "Run",
    "Scheme",
    "Score",
    "Study",
    "TrainingError",
    "UsageError",
    "audit",
    "compare",
    "convert",
    "demo",
    "evaluate",
    "load_model",
    "measure",
    "measure_labels",
    "plan",
    "predict",
    "read_cases",
    "read_image",
    "read_recipe",
    "score",
    "study",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'medunet' has no attribute {name!r}")
    home, _, attribute = _HOME[name].partition(":")
    value = getattr(import_module(home), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
