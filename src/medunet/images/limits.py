"""The limits on what is read, checked from a file's header before memory is taken for its pixels.

A kilobyte can claim a billion voxels. Every reader asks this table first, so that a bomb costs a line, not the machine.

The values hold for the context of the caller: `with limits_set(max_pixels=4e8):` raises one for everything that is
read inside, in this thread, and nowhere else. The command line's `--limit` does the same around a command.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from medunet.errors import InputError, UsageError, did_you_mean


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes:
        name: how messages and `--limit` call it.
        value: the largest number that is still read, unless another is set.
        unit: what is counted.
        why: one sentence for the reader of the table.
    """

    name: str
    value: int
    unit: str
    why: str

    @property
    def allowed(self) -> int:
        """The largest number that is read here and now."""
        return _set.get().get(self.name, self.value)


MAX_FILE_BYTES = Limit(
    "max_file_bytes", 4 * 1024**3, "bytes", "A file on disk that is larger than this is no film and no scan."
)
MAX_PIXELS = Limit(
    "max_pixels",
    100_000_000,
    "pixels",
    "The largest digital films have some 25 million pixels; four times that is read.",
)
MAX_VOXELS = Limit(
    "max_voxels", 1_000_000_000, "voxels", "A scan of 1000 x 1000 x 1000 voxels is read, a larger one is not."
)
MAX_ARRAY_BYTES = Limit(
    "max_array_bytes", 4 * 1024**3, "bytes", "The decoded array, all channels together, must fit into ordinary memory."
)
MAX_INFLATED_BYTES = Limit(
    "max_inflated_bytes",
    256 * 1024**2,
    "bytes",
    "A deflated DICOM file or a gzipped table of cases may inflate to this much.",
)
MAX_ELEMENTS = Limit(
    "max_elements", 20_000, "elements", "A film's DICOM header holds some hundred elements, nested ones counted."
)
MAX_HEADER_BYTES = Limit(
    "max_header_bytes", 64 * 1024**2, "bytes", "What stands before the pixels of a DICOM or NIfTI file."
)
MAX_DECODER_BYTES = Limit(
    "max_decoder_bytes", 3 * 1024**3, "bytes", "Memory of the process that decodes compressed pixels apart."
)
MAX_DECODER_SECONDS = Limit(
    "max_decoder_seconds",
    60,
    "seconds",
    "Processor time for the compressed pixels of one file; real films take under three.",
)

LIMITS: dict[str, Limit] = {
    limit.name: limit
    for limit in (
        MAX_FILE_BYTES,
        MAX_PIXELS,
        MAX_VOXELS,
        MAX_ARRAY_BYTES,
        MAX_INFLATED_BYTES,
        MAX_ELEMENTS,
        MAX_HEADER_BYTES,
        MAX_DECODER_BYTES,
        MAX_DECODER_SECONDS,
    )
}

_set: ContextVar[Mapping[str, int]] = ContextVar("_set", default=MappingProxyType({}))


@contextmanager
def limits_set(**values: float) -> Iterator[None]:
    """Read with other limits inside the block; those that are not named stay as they are.

    Args:
        values: name of `LIMITS` to the largest number that is read, a whole number above 0.

    Raises:
        UsageError: no such limit, or no such number.
    """
    token = _set.set(
        MappingProxyType({**_set.get(), **{name: _checked(name, value) for name, value in values.items()}})
    )
    try:
        yield
    finally:
        _set.reset(token)


def limits_in_force() -> dict[str, Limit]:
    """The table with the values that hold here and now."""
    return {name: replace(limit, value=limit.allowed) for name, limit in LIMITS.items()}


def parse_limits(words: Iterable[str]) -> dict[str, float]:
    """NAME=NUMBER words as a mapping for `limits_set`; 4e8 is a number.

    Raises:
        UsageError: a word of another form.
    """
    values = {}
    for word in words:
        name, sign, number = word.partition("=")
        try:
            values[name.strip()] = float(number)
        except ValueError:
            sign = ""
        if not sign:
            raise UsageError("--limit", f"`{word}` is not NAME=NUMBER", "Write for example --limit max_pixels=4e8")
    for name, value in values.items():
        _checked(name, value)
    return values


def _checked(name: str, value: float) -> int:
    """A limit's new value, where there is such a limit and such a value."""
    if name not in LIMITS:
        raise UsageError(name, "is no limit", f"{did_you_mean(name, LIMITS)}`medunet limits` lists them")
    if not (math.isfinite(value) and value >= 1 and value == int(value)):
        raise UsageError(name, f"is a whole number from 1, not {value:g}", "Give the largest number that may be read")
    return int(value)


def check_file_size(path: Path, size: int) -> None:
    """Refuse a file of `size` bytes above `max_file_bytes`.

    Raises:
        InputError: the file is too large.
    """
    if size > MAX_FILE_BYTES.allowed:
        raise too_much(path, f"has {size:,} bytes", MAX_FILE_BYTES, size)


def check_shape(path: Path, shape: tuple[int, ...], bytes_per_element: int) -> None:
    """Refuse an image whose header claims more than the limits.

    Args:
        path: the file, for the message.
        shape: elements along each spatial axis as the header claims them, in any order.
        bytes_per_element: bytes of one pixel or voxel over all its channels, once decoded.

    Raises:
        InputError: the claim is above a limit, or an axis has no element.
    """
    claim = " x ".join(str(n) for n in shape)
    if not all(n >= 1 for n in shape):
        raise InputError(path, f"its header claims a size of {claim}", "Export the file again")
    count = math.prod(shape)
    # A scan of one slice is judged as a film.
    limit = MAX_VOXELS if sum(n > 1 for n in shape) > 2 else MAX_PIXELS
    if count > limit.allowed:
        raise too_much(path, f"claims {claim} {limit.unit}", limit, count)
    size = count * bytes_per_element
    if size > MAX_ARRAY_BYTES.allowed:
        raise too_much(path, f"claims {claim} elements of {bytes_per_element} bytes", MAX_ARRAY_BYTES, size)


def too_much(path: Path, claim: str, limit: Limit, needed: int | None = None) -> InputError:
    """The refusal that names the limit, its value, and the option that raises it.

    Args:
        path: the file.
        claim: what the file has or says.
        limit: what it is above.
        needed: the value that would do, where it is known.
    """
    value = "NUMBER" if needed is None else needed
    remedy = f"Check that the file is what it should be; if it is, raise the limit by `--limit {limit.name}={value}`"
    return InputError(path, f"{claim}, more than the limit {limit.name} of {limit.allowed:,} {limit.unit}", remedy)
