"""TensorBoard: event files in RUN/tensorboard.

The records are written one by one and flushed: the package's own writer works in a thread, whose fault on a full disk
would be seen late and printed as a traceback.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medunet.reports import png_bytes
from medunet.workflows.tracking.tracker import Histogram, Parameter, Start

if TYPE_CHECKING:
    import PIL.Image

COMPARED = ("val_loss", "val_dice")
"""Figures beside the parameters in TensorBoard's HPARAMS."""


class TensorBoard:
    """Writes event files; a run that goes on has a further one, which hides what comes again."""

    def __init__(self) -> None:
        self._records: Any = None

    def begin(self, start: Start) -> str:
        """Open a new event file; parameters go into the first."""
        from tensorboard.compat.proto.event_pb2 import SessionLog
        from tensorboard.summary.writer.record_writer import RecordWriter

        # TensorBoard reads a folder's files in the order of their names.
        name = f"events.out.tfevents.{time.time_ns() // 1000:017d}.medunet.{os.getpid()}"
        self._records = RecordWriter((start.folder / name).open("xb"))
        self._write(0, file_version="brain.Event:2")
        if start.run is None:
            for summary in _hparams(start.parameters):
                self._write(0, summary=summary)
        else:
            self._write(start.step, session_log=SessionLog(status=SessionLog.START))
        return ""

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Scalars."""
        self._summary(step, [{"tag": name, "simple_value": value} for name, value in values.items()])

    def histograms(self, step: int, values: Mapping[str, Histogram]) -> None:
        """Histograms, under DISTRIBUTIONS and HISTOGRAMS."""
        from tensorboard.compat.proto.summary_pb2 import HistogramProto

        found = {
            name: HistogramProto(
                min=one.edges[0],
                max=one.edges[-1],
                num=one.counts.sum(),
                sum=one.total,
                sum_squares=one.squares,
                bucket_limit=one.edges[1:].tolist(),
                bucket=one.counts.tolist(),
            )
            for name, one in values.items()
        }
        self._summary(step, [{"tag": name, "histo": one} for name, one in found.items()])

    def pictures(self, step: int, pictures: Sequence[PIL.Image.Image]) -> None:
        """Images, under their place in the row."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        images = [
            Summary.Image(height=one.height, width=one.width, colorspace=3, encoded_image_string=png_bytes(one))
            for one in pictures
        ]
        self._summary(step, [{"tag": f"samples/{place}", "image": one} for place, one in enumerate(images, start=1)])

    def end(self, *, finished: bool) -> None:
        """Close the file."""
        if self._records is not None:
            self._records.close()

    def _summary(self, step: int, values: Sequence[Mapping[str, Any]]) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary

        self._write(step, summary=Summary(value=[Summary.Value(**one) for one in values]))

    def _write(self, step: int, **content: Any) -> None:
        from tensorboard.compat.proto.event_pb2 import Event

        self._records.write(Event(wall_time=time.time(), step=step, **content).SerializeToString())
        self._records.flush()


def _hparams(parameters: Mapping[str, Parameter]) -> list[Any]:
    """The records that TensorBoard's HPARAMS reads: what there is, and what this run has."""
    from torch.utils.tensorboard.summary import hparams

    found: list[Any] = list(hparams(dict(parameters), dict.fromkeys(COMPARED)))[:2]
    return found
