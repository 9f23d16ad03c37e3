"""Random changes of the training pictures, as a user writes them."""

from __future__ import annotations

from typing import Annotated, Self

from annotated_types import Ge, Gt, Le, Len
from pydantic import model_validator

from medunet.planning.network import Section

Share = Annotated[float, Ge(0), Le(1)]
Between = Annotated[tuple[Annotated[float, Gt(0), Le(10)], ...], Len(2, 2)]
"""Smallest and largest factor."""


class Changes(Section):
    """One set of random changes; 0 turns one off. A factor may be given as [smallest, largest], drawn uniformly.

    Attributes:
        rotation: degrees, uniform in ±.
        shift: share of the picture's sides, uniform in ±.
        zoom: factor, log-uniform between 1/(1+zoom) and 1+zoom.
        stretch: the same for the height alone, so that the film's aspect varies.
        elastic: smooth displacement of a 5×5 lattice, standard deviation as a share of the picture's sides, uniform
            between 0 and this.
        gain: factor on all values, log-uniform between 1/(1+gain) and 1+gain.
        brightness: added, uniform in ± (the picture's range is 0 to 1).
        contrast: factor about the mean, log-uniform between 1/(1+contrast) and 1+contrast.
        gamma: exponent, log-uniform between 1/(1+gamma) and 1+gamma.
        shading: smooth fields on a 4×4 lattice, one that multiplies (log-normal) and one that adds; standard
            deviation uniform between 0 and this.
        noise: standard deviation of Gaussian noise, uniform between 0 and this.
        flip: probability of mirroring left and right. Never for chest films: the heart has a side.
        flip_vertical: probability of mirroring top and bottom.
        fill: probability that one grey lies beyond the picture's edge; otherwise the edge goes on.
        collimation: probability that one to four edges are covered, clear of the structures.
        lettering: probability of one to three words.
        devices: probability of one to four leads, tubes, electrodes or cans in the beam.
        low_resolution: every other picture goes through fewer pixels; its shorter side has this many or more,
            log-uniform.
        blur: standard deviation of a Gaussian blur as a share of the shorter side, uniform between 0 and this.
        invert: probability of exchanging black and white.
    """

    rotation: Annotated[float, Ge(0), Le(180)] = 0.0
    shift: Annotated[float, Ge(0), Le(0.5)] = 0.0
    zoom: Annotated[float, Ge(0), Le(3)] | Between = 0.0
    stretch: Annotated[float, Ge(0), Le(1)] | Between = 0.0
    elastic: Annotated[float, Ge(0), Le(0.2)] = 0.0
    gain: Annotated[float, Ge(0), Le(3)] | Between = 0.0
    brightness: Annotated[float, Ge(0), Le(1)] = 0.0
    contrast: Annotated[float, Ge(0), Le(3)] | Between = 0.0
    gamma: Annotated[float, Ge(0), Le(3)] | Between = 0.0
    shading: Share = 0.0
    noise: Share = 0.0
    flip: Share = 0.0
    flip_vertical: Share = 0.0
    fill: Share = 0.0
    collimation: Share = 0.0
    lettering: Share = 0.0
    devices: Share = 0.0
    low_resolution: Annotated[int, Ge(0), Le(4096)] = 0
    blur: Annotated[float, Ge(0), Le(0.1)] = 0.0
    invert: Share = 0.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("zoom", "stretch", "gain", "contrast", "gamma"):
            value = getattr(self, name)
            if isinstance(value, tuple) and value[0] > value[1]:
                raise ValueError(f"{name}: the smallest factor {value[0]} lies above the largest {value[1]}")
        return self


class AugmentationRecipe(Changes):
    """Random changes of every training picture, drawn anew for every epoch and case.

    Attributes:
        variants: sets of changes of which one is drawn for every picture, in place of the keys above; {} changes
            nothing.
    """

    variants: tuple[Changes, ...] = ()
