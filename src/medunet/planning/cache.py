"""Cache: every case is decoded and resized once, then read back from one small file.

The key is the content of the image's and mask's files together with the preprocessing and the classes, so a changed
file or setting is a new entry and an old one is never wrong. A damaged entry is made again; where nothing can be
stored, training goes on without.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medunet.cases import Case
from medunet.errors import OutputError
from medunet.images import write_bytes
from medunet.planning.preprocessing import Preprocessing, prepare, prepare_labels

if TYPE_CHECKING:
    from torch import Tensor

_VERSION = 2
"""Goes up when `prepare` changes its numbers or the entries their form."""
_DIGEST = hashlib.sha256().digest_size
"""An entry is the SHA-256 of what follows, then a safetensors file."""


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

    def get(self, case: Case, content_key: str | None = None) -> Sample:
        """The prepared case, from the cache or freshly made and stored.

        Args:
            case: the case.
            content_key: of the case, where it is known already; finding it reads all of the case's files.

        Raises:
            InputError: the case's files cannot be read.
        """
        if self.folder is None:
            return self._prepare(case)
        path = self.folder / f"{self._key(content_key or case.content_key())}.sample"
        return self._load(path, case) or self._store(path, self._prepare(case))

    def _key(self, content_key: str) -> str:
        parts = (str(_VERSION), content_key, self.how.model_dump_json(), repr(self.classes))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _prepare(self, case: Case) -> Sample:
        image, placement = prepare(case.read_image(), self.how)
        target = prepare_labels(case.read_target(), self.classes, placement)
        return Sample(case.id, image.half(), target)

    def _load(self, path: Path, case: Case) -> Sample | None:
        """The entry as it was stored, or None where there is none or a single bit of it changed."""
        import safetensors.torch

        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, tensors = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(tensors).digest() != digest:
            return None
        entry = safetensors.torch.load(tensors)
        return Sample(case.id, entry["image"], entry["target"])

    def _store(self, path: Path, sample: Sample) -> Sample:
        import safetensors.torch

        tensors = safetensors.torch.save({"image": sample.image, "target": sample.target})
        # A cache only saves time: a full disk or a folder that may not be written must not stop a training.
        with suppress(OutputError):
            write_bytes(path, hashlib.sha256(tensors).digest() + tensors)
        return sample


def stack(samples: Sequence[Sample]) -> tuple[Tensor, Tensor]:
    """Images (N, channels, *size) float16 and targets (N, *size) uint8 of prepared cases."""
    import torch

    return torch.stack([s.image for s in samples]), torch.stack([s.target for s in samples])
