"""Model and Prediction: weights with all that is needed to use them, and what they say about one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from medunet.images import Image, LabelMap, Scheme
from medunet.measuring import Intervals
from medunet.networks import UNet, running
from medunet.planning import Plan, prepare, restore
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
    """

    labels: LabelMap
    probabilities: NDArray[np.float32] | None = None

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

    def __post_init__(self) -> None:
        if not self.networks:
            raise ValueError("a model has at least one network")
        if self.scheme.names != self.plan.classes:
            raise ValueError(f"scheme {self.scheme.names} and plan {self.plan.classes} must name the same classes")

    def to(self, device: torch.device) -> Model:
        """Move the networks to `device` (in place) and return the model."""
        for network in self.networks:
            network.to(device)
        return self

    def predict(
        self, image: Image, *, probabilities: bool = False, precision: Literal["bf16", "float32"] = "float32"
    ) -> Prediction:
        """Segment an image of any size.

        Args:
            image: two-dimensional; colour becomes grey where the model takes one channel.
            probabilities: also give the probability of every class at every pixel.
            precision: float32, so that a mask does not depend on what the processor is fast in, or the faster bf16.

        Raises:
            InputError: the image has other channels or axes than the model takes.
        """
        values, placement = prepare(image, self.plan.preprocessing)
        scores = restore(self._probabilities(values, precision), placement)
        labels = LabelMap(self._values(scores), image.grid, self.scheme)
        return Prediction(labels, scores.numpy() if probabilities else None)

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
        device = next(self.networks[0].parameters()).device
        batch = values[None].to(device).contiguous(memory_format=torch.channels_last)
        total = torch.zeros(self.plan.network.out_channels, *values.shape[1:])
        with torch.inference_mode(), running(device, precision):
            for network in self.networks:
                logits = network(batch)[0].float()
                total += (logits.softmax(0) if self.plan.output == "softmax" else logits.sigmoid()).cpu()
        return total / len(self.networks)

    def _values(self, scores: torch.Tensor) -> NDArray[np.unsignedinteger]:
        """The scheme's values (*space) of probabilities (K, *space)."""
        dtype = np.uint8 if max(self.scheme.values) < 256 else np.uint16
        return np.asarray(np.array([0, *self.scheme.values], dtype=dtype)[_largest(scores, self.plan.output).numpy()])


def _largest(scores: torch.Tensor, output: Literal["softmax", "sigmoid"]) -> torch.Tensor:
    """Class numbers uint8 (*space) of probabilities (K, *space): the largest, the earlier of two that are equal.

    With sigmoid the background is what no structure claims by more than one half.
    """
    # A loop over classes: argmax over the first axis of a large film takes five times as long, and int64.
    best, structures = (scores[0], scores[1:]) if output == "softmax" else (torch.full_like(scores[0], 0.5), scores)
    number = torch.zeros(best.shape, dtype=torch.uint8)
    for one, score in enumerate(structures, start=1):
        number = torch.where(score > best, torch.tensor(one, dtype=torch.uint8), number)
        best = torch.maximum(best, score)
    return number
