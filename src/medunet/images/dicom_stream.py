"""What a compressed stream says of itself against its DICOM header: agreed on, or refused, before it is decoded.

Decoders believe one of the two and say nothing. Where the stream knows better (which colours it holds, how wide its
samples are) the header is put right; where the two speak of different pictures the file is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from medunet.errors import InputError
from medunet.images.dicom_encoded import refuse_further_runs, refuse_further_streams
from medunet.images.dicom_frame import Frame
from medunet.images.j2k_stream import Codestream, codestream
from medunet.images.jpeg_stream import FrameHeader, frame_header, holds_luminance, is_lossy

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

AGAIN = "Copy or export the file again"
LOSSY = "compressed with loss"
TAKEN_AS_RGB = "taken as RGB"
"""How a note ends on colours that the stream has already as R, G, B."""

ALWAYS_LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81")
"""JPEG baseline and extended, JPEG-LS near-lossless."""

TRANSFORMED = ("YBR_ICT", "YBR_RCT")
"""Colours that only JPEG 2000 has, whose decoders give R, G, B."""


def agreed(dataset: Dataset, frame: Frame, syntax: UID, stream: bytes, path: Path) -> tuple[str, ...]:
    """Make header and stream agree; changes `dataset` for its decoder.

    Args:
        dataset: the elements.
        frame: what they say of the frame.
        syntax: the transfer syntax.
        stream: the encoded frame.
        path: the file, for messages.

    Returns:
        Notes on what was put right.

    Raises:
        InputError: the stream is none of its syntax, or of another size or number of samples.
    """
    from pydicom.uid import JPEG2000TransferSyntaxes, JPEGLSTransferSyntaxes, RLELossless

    dataset.PhotometricInterpretation = frame.photometric
    if frame.samples == 3 and (syntax != RLELossless or "PlanarConfiguration" not in dataset):
        dataset.PlanarConfiguration = 0  # decoders give colour by pixel, whatever a header says
    if syntax == RLELossless:
        refuse_transformed(frame, path)
        refuse_further_runs(stream, frame, path)
        return ()
    refuse_further_streams(stream, path)
    if frame.photometric == "PALETTE COLOR" and syntax in ALWAYS_LOSSY:
        what = "holds places in a palette that were compressed with loss, which gives other colours"
        raise InputError(path, what, "Export it in grey or RGB")
    if frame.high != frame.stored - 1:
        what = f"has {frame.stored} bits up to bit {frame.high} in a compressed stream, which may mean two things"
        raise InputError(path, what, "Write it uncompressed, for example by `gdcmconv --raw`")
    if is_jpeg(syntax) or syntax in JPEGLSTransferSyntaxes:
        refuse_transformed(frame, path)
        return _agreed_jpeg(dataset, frame, stream, path)
    if syntax in JPEG2000TransferSyntaxes or syntax.startswith("1.2.840.10008.1.2.4.20"):
        return _agreed_j2k(dataset, frame, stream, path)
    return ()


def is_jpeg(syntax: UID) -> bool:
    """True for JPEG baseline, extended and lossless; JPEG-LS is another format."""
    from pydicom.uid import JPEGTransferSyntaxes

    return syntax in JPEGTransferSyntaxes


def refuse_transformed(frame: Frame, path: Path) -> None:
    """Refuse the colours of JPEG 2000 in anything else."""
    if frame.photometric in TRANSFORMED:
        what = f"says {frame.photometric}, colours that only JPEG 2000 has, and is not compressed so"
        raise InputError(path, what, "Export it in grey or RGB")


def _agreed_jpeg(dataset: Dataset, frame: Frame, stream: bytes, path: Path) -> tuple[str, ...]:
    """The same for the JPEG family."""
    header = frame_header(stream)
    if header is None:
        raise InputError(path, "holds no JPEG stream where its header says that there is one", AGAIN)
    _refuse_other(frame, header, path)
    own = 8 if header.bits <= 8 else 16
    if header.bits > frame.stored or own < frame.allocated:
        # The decoder needs the stream's own width; whether the values fit is looked at afterwards.
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = own, header.bits, header.bits - 1
    notes = (LOSSY,) if is_lossy(stream, header) else ()
    luminance = holds_luminance(stream, header) if frame.samples == 3 else None
    if frame.photometric == "RGB" and luminance:
        dataset.PhotometricInterpretation = "YBR_FULL"
        return (*notes, "the header says RGB, the JPEG stream holds YCbCr: turned into RGB")
    if frame.photometric != "RGB" and luminance is False:
        dataset.PhotometricInterpretation = "RGB"
        return (*notes, f"the header says {frame.photometric}, the JPEG stream holds RGB: {TAKEN_AS_RGB}")
    return notes


def _agreed_j2k(dataset: Dataset, frame: Frame, stream: bytes, path: Path) -> tuple[str, ...]:
    """The same for JPEG 2000 and HTJ2K."""
    header = codestream(stream)
    if header is None:
        raise InputError(path, "holds no JPEG 2000 stream where its header says that there is one", AGAIN)
    _refuse_other(frame, header, path)
    notes = [LOSSY] if header.irreversible else []
    if header.signed != frame.signed:
        words = ("unsigned", "signed")
        what = f"{words[frame.signed]}, the JPEG 2000 stream {words[header.signed]}"
        notes.append(f"the header calls the values {what}: taken as {words[frame.signed]}")
    if frame.photometric in TRANSFORMED and not header.transformed:
        notes.append(f"the header says {frame.photometric}, the JPEG 2000 stream holds no such colours: {TAKEN_AS_RGB}")
    if header.transformed and frame.photometric.startswith("YBR_FULL"):
        dataset.PhotometricInterpretation = "RGB"
        notes.append(f"the header says {frame.photometric}, the JPEG 2000 stream gives RGB: {TAKEN_AS_RGB}")
    return tuple(notes)


def _refuse_other(frame: Frame, header: FrameHeader | Codestream, path: Path) -> None:
    """Refuse a stream of another size, of other samples or of wider ones than the header says."""
    if (header.rows, header.columns) != (frame.rows, frame.columns):
        raise InputError(path, "holds pixels of another size than its header says", AGAIN)
    if header.components != frame.samples:
        what = f"holds {header.components} samples a pixel where its header says {frame.samples}"
        raise InputError(path, what, AGAIN)
    if header.bits > frame.allocated:
        what = f"holds samples of {header.bits} bits where its header allocates {frame.allocated}"
        raise InputError(path, what, AGAIN)
