"""Model and Prediction: weights with all that is needed to use them, and what they say about one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from medunet.images import Image, LabelMap, Scheme
from medunet.measuring import Intervals
from medunet.networks import UNet
from medunet.planning import Plan, prepare, restore
from medunet.prediction.checks import Assessment, Checks, assess
from medunet.prediction.features import watched
from medunet.prediction.largest import largest
from medunet.prediction.passing import shares_of
from medunet.prediction.rounding import rounded
from medunet.prediction.temperature import Temperature, tempered

NOT_FITTED = "none was fitted when the model was made"
"""Why a model has no temperature."""

NO_INTERVALS = "none were made with the model"
"""Why a model's ratios have no intervals."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says about one image.

    Attributes:
        labels: label map on the input's own grid.
        probabilities: float32 (K, *space) on the same grid, background first with softmax, as the network gives them;
            None unless asked for. `Model.calibrated` brings them to the model's temperature.
        assessment: what the model's checks say; None unless asked for, and where the model has none.
    """

    labels: LabelMap
    probabilities: NDArray[np.float32] | None = None
    assessment: Assessment | None = None

    def _repr_html_(self) -> str:
        """A notebook shows the label map and how much each structure takes."""
        from medunet.prediction.showing import label_map_html

        return label_map_html(self.labels)


@dataclass(frozen=True, eq=False)
class Model:
    """One network, or several folds whose probabilities are averaged, with their common plan.

    Attributes:
        name: the packaged model's name or the folder's.
        networks: at least one, in evaluation mode, all of the plan's form.
        plan: preprocessing, classes, output.
        scheme: value of each class in the masks that are written.
        weights_sha256: hash over the weights of all networks; it names the model in every result.
        trained_on: content keys of the cases it learnt from or was selected on.
        card: the model card, Markdown.
        temperature: for `calibrated`, fitted on validation cases; or why there is none.
        intervals: of the ratios that are measured on its masks; or why there are none.
        checks: one for each network: estimate of quality and input check; () where none was fitted.

    Raises:
        ValueError: there is no network, or parts do not belong together.
    """

    name: str
    networks: tuple[UNet, ...]
    plan: Plan
    scheme: Scheme
    weights_sha256: str
    trained_on: frozenset[str] = frozenset()
    card: str = ""
    temperature: Temperature | str = NOT_FITTED
    intervals: Intervals | str = NO_INTERVALS
    checks: tuple[Checks, ...] = ()

    def __post_init__(self) -> None:
        if not self.networks:
            raise ValueError("a model has at least one network")
        if self.scheme.names != self.plan.classes:
            raise ValueError(f"scheme {self.scheme.names} and plan {self.plan.classes} must name the same classes")
        if self.checks and len(self.checks) != len(self.networks):
            raise ValueError(f"{len(self.networks)} networks have {len(self.checks)} checks")

    def to(self, device: torch.device) -> Model:
        """Move the networks to `device` (in place) and return the model."""
        for network in self.networks:
            network.to(device)
        return self

    def predict(
        self,
        image: Image,
        *,
        probabilities: bool = False,
        checked: bool = False,
        precision: Literal["bf16", "float32"] = "float32",
    ) -> Prediction:
        """Segment an image of any size.

        Args:
            image: two-dimensional; colour becomes grey where the model takes one channel.
            probabilities: also give the probability of every class at every pixel.
            checked: also estimate the quality of the mask, and doubt pictures that are foreign to the model; it takes
                a few passes through the network more.
            precision: float32, so that a mask does not depend on what the processor is fast in, or the faster bf16.

        Raises:
            InputError: the image has other channels or axes than the model takes.
        """
        values, placement = prepare(image, self.plan.preprocessing)
        shares, found = self._assessed(values, precision) if checked else (self._probabilities(values, precision), None)
        scores = restore(shares, placement)
        labels = LabelMap(self._values(scores), image.grid, self.scheme)
        return Prediction(labels, scores.numpy() if probabilities else None, found)

    def calibrated(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Probabilities at the model's temperature; None where it has none. No mask changes by it.

        Args:
            probabilities: float32 (K, *space) of `predict`.
        """
        if isinstance(self.temperature, str):
            return None
        return tempered(probabilities, self.temperature.value, exclusive=self.plan.output == "softmax")

    def _probabilities(self, values: torch.Tensor, precision: Literal["bf16", "float32"]) -> torch.Tensor:
        """Mean over the networks: float32 (K, *size) on the CPU."""
        shares = [shares_of(one, values[None], self.plan.output, precision)[0] for one in self.networks]
        return torch.stack(shares).mean(dim=0)

    def _assessed(
        self, values: torch.Tensor, precision: Literal["bf16", "float32"]
    ) -> tuple[torch.Tensor, Assessment | None]:
        """`_probabilities`, and what the checks say; None where the model has none."""
        if not self.checks:
            return self._probabilities(values, precision), None
        shares, deep = [], []
        for network in self.networks:
            with watched(network) as seen:
                shares.append(shares_of(network, values[None], self.plan.output, precision)[0])
            deep.append(seen[0])
        found = assess(self.networks, self.checks, values, shares, deep, self.plan.output, self.plan.classes)
        return torch.stack(shares).mean(dim=0), found

    def _values(self, scores: torch.Tensor) -> NDArray[np.unsignedinteger]:
        """The scheme's values (*space) of probabilities (K, *space)."""
        dtype = np.uint8 if max(self.scheme.values) < 256 else np.uint16
        numbers = largest(scores, self.plan.output).numpy()
        shares = {self.plan.classes.index(name) + 1: share for name, share in self.plan.rounding.items()}
        return np.asarray(np.array([0, *self.scheme.values], dtype=dtype)[rounded(numbers, shares)])
