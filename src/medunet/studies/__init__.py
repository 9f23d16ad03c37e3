"""Studies: statistics of tables of measurements, as pure functions over arrays.

A measurement against a label (`Groups`, `roc`, `cut_off`), a measurement against another reading of the same films
(`readings`, `agreement_of`). Every figure is an `Estimate`: a number with its interval, the rows and subjects behind it,
and the method with its source, or the reason why there is none. The subject is the unit everywhere. No files, no
network, no plots.
"""

from __future__ import annotations

from medunet.studies.agreement import Agreement, agreement_of
from medunet.studies.agreement_readings import Readings, readings

__all__ = ["Agreement", "Readings", "agreement_of", "readings"]
