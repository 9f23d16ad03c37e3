"""Cache: every case is decoded and resized once, then read back from one small file.

The key is the content of the image's and mask's files together with the preprocessing and the classes, so a changed
file or setting is a new entry and an old one is never wrong. A damaged entry is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medunet.cases import Case
from medunet.images import write_bytes
from medunet.planning.preprocessing import Preprocessing, prepare, prepare_labels

if TYPE_CHECKING:
    from torch import Tensor

_VERSION = 1
"""Goes up when `prepare` changes its numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A prepared case: image float16 (channels, *size) in [0, 1], target uint8 (*size) of class numbers."""

    case: str
    image: Tensor
    target: Tensor


@dataclass(frozen=True, slots=True)
class SampleCache:
    """Prepared cases below `folder`, or nowhere (None: everything is prepared anew)."""

    folder: Path | None
    how: Preprocessing
    classes: tuple[str, ...]

    def get(self, case: Case) -> Sample:
        """The prepared case, from the cache or freshly made and stored.

        Raises:
            InputError: the case's files cannot be read.
        """
        if self.folder is None:
            return self._prepare(case)
        path = self.folder / f"{self._key(case)}.safetensors"
        return self._load(path, case) or self._store(path, self._prepare(case))

    def _key(self, case: Case) -> str:
        parts = (str(_VERSION), case.content_key(), self.how.model_dump_json(), "|".join(self.classes))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _prepare(self, case: Case) -> Sample:
        image, placement = prepare(case.read_image(), self.how)
        target = prepare_labels(case.read_target(), self.classes, placement)
        return Sample(case.id, image.half(), target)

    def _load(self, path: Path, case: Case) -> Sample | None:
        import safetensors.torch
        import torch

        try:
            entry = safetensors.torch.load(path.read_bytes())
            image, target = entry["image"], entry["target"]
        except (OSError, KeyError, ValueError, safetensors.SafetensorError):
            return None
        expected = (self.how.channels, *self.how.size)
        if tuple(image.shape) != expected or image.dtype != torch.float16 or target.dtype != torch.uint8:
            return None
        return Sample(case.id, image, target)

    def _store(self, path: Path, sample: Sample) -> Sample:
        import safetensors.torch

        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, safetensors.torch.save({"image": sample.image, "target": sample.target}))
        return sample


def stack(samples: Sequence[Sample]) -> tuple[Tensor, Tensor]:
    """Images (N, channels, *size) float16 and targets (N, *size) uint8 of prepared cases."""
    import torch

    return torch.stack([s.image for s in samples]), torch.stack([s.target for s in samples])
