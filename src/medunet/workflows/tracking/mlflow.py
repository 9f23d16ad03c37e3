"""MLflow: an SQLite store and artifacts in RUN/mlflow, or the server that MLFLOW_TRACKING_URI names.

MLflow has no histograms: they are kept as JSON artifacts, one a step.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medunet.errors import OutputError
from medunet.images import remove
from medunet.workflows.tracking.tracker import Histogram, Parameter, Start

if TYPE_CHECKING:
    import PIL.Image

STORE = "mlflow.db"
_SPELLINGS = itertools.count()
MOST = 100
"""Parameters that MLflow takes in one call."""

UNLESS_SAID = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",
}
"""Nobody is called who was not named, and a server that has gone holds a training up for a minute, not for twenty; no
file is held open."""


class MLflow:
    """Tells one run of one experiment; the experiment is `medunet` unless MLFLOW_EXPERIMENT_NAME says another."""

    def __init__(self) -> None:
        self._client: Any = None
        self._run = ""
        self._told: set[int] = set()

    def begin(self, start: Start) -> str:
        """Make experiment and run, or find the run again.

        Raises:
            OutputError: the store was made in another place, where its artifacts would go, or cannot be named.
        """
        for name, value in UNLESS_SAID.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        logging.getLogger("mlflow").setLevel(logging.WARNING)
        own = not os.environ.get("MLFLOW_TRACKING_URI")
        uri = _sqlite(start.folder) if own else os.environ["MLFLOW_TRACKING_URI"]
        if own:
            _make_store(start.folder)
        self._client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        artifacts = (start.folder / "artifacts").resolve().as_uri() if own else None
        experiment = self._experiment(artifacts)
        found = self._find(start.run)
        if found is None and own:  # begun by a call that was killed before it could be noted
            found = next(iter(self._client.search_runs([experiment])), None)
        if found is None:
            run = self._client.create_run(experiment, run_name=start.name)
        elif artifacts and not found.info.artifact_uri.startswith(f"{artifacts}/"):
            raise OutputError(start.folder, "was made in another folder", "Move the run back, or remove this folder")
        else:
            run = found
            self._client.update_run(run.info.run_id, status="RUNNING")
            self._told = {one.step for one in self._client.get_metric_history(run.info.run_id, "epoch")}
        self._run = run.info.run_id
        self._parameters(start.parameters, run.data.params)
        return self._run

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Metrics; an epoch that the store has already is left as it is."""
        from mlflow.entities import Metric

        if step not in self._told:
            now = round(1000 * time.time())
            self._client.log_batch(self._run, metrics=[Metric(_key(k), v, now, step) for k, v in values.items()])

    def histograms(self, step: int, values: Mapping[str, Histogram]) -> None:
        """An artifact `histograms/step-00000100.json`: name → edges and counts."""
        found = {name: {"edges": h.edges.tolist(), "counts": h.counts.tolist()} for name, h in values.items()}
        self._client.log_dict(self._run, found, f"histograms/step-{step:08d}.json")

    def pictures(self, step: int, pictures: Sequence[PIL.Image.Image]) -> None:
        """Artifacts `samples/step-00000099/1.png` and so on."""
        for place, picture in enumerate(pictures, start=1):
            self._client.log_image(self._run, picture, artifact_file=f"samples/step-{step:08d}/{place}.png")

    def end(self, *, finished: bool) -> None:
        """Close the run."""
        if self._run:
            self._client.set_terminated(self._run, "FINISHED" if finished else "KILLED")

    def _find(self, run: str | None) -> Any:
        """The run that was begun, or None where the store does not have it."""
        from mlflow.exceptions import MlflowException

        try:
            return None if run is None else self._client.get_run(run)
        except MlflowException as fault:
            if fault.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    def _experiment(self, artifacts: str | None) -> str:
        """The experiment's number; it is made where there is none."""
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or "medunet"
        found = self._client.get_experiment_by_name(name)
        return str(found.experiment_id if found else self._client.create_experiment(name, artifacts))

    def _parameters(self, wanted: Mapping[str, Parameter], known: Mapping[str, str]) -> None:
        """Parameters cannot be changed; what another stage of the training changes is a tag of the same name."""
        from mlflow.entities import Param

        texts = {_key(name): str(value) for name, value in wanted.items()}
        for some in _in_parts([Param(name, text) for name, text in texts.items() if name not in known]):
            self._client.log_batch(self._run, params=some)
        for name, text in texts.items():
            if known.get(name, text) != text:
                self._client.set_tag(self._run, name, text)


def _make_store(folder: Path) -> None:
    """Make the tables aside, which takes seconds: a call that is killed leaves no half-made store."""
    from mlflow import MlflowClient

    if (folder / STORE).exists():
        return
    aside = folder / "making"
    remove(aside)
    aside.mkdir()
    uri = _sqlite(aside)
    MlflowClient(tracking_uri=uri, registry_uri=uri).search_experiments(max_results=1)
    os.replace(aside / STORE, folder / STORE)
    remove(aside)


def _sqlite(folder: Path) -> str:
    """The address of the store in a folder, whose name may hold any character; spelt anew in every call.

    MLflow keeps what it knows of an address, and an open file, as long as the process lives: a store that has been
    removed and made anew in the meantime would be written to nowhere.

    Raises:
        OutputError: the address would be cut within the path.
    """
    from sqlalchemy.engine import URL

    if set("?#") & set(str(folder.resolve())):
        raise OutputError(folder, "has a character that MLflow cannot take (? or #)", "Choose another --out")
    return str(URL.create("sqlite", database=f"{folder.resolve()}/{'./' * next(_SPELLINGS)}{STORE}"))


def _key(name: str) -> str:
    """A name with the characters that MLflow takes."""
    return re.sub(r"[^\w/. -]", "_", name)


def _in_parts(values: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(values), MOST):
        yield values[first : first + MOST]
