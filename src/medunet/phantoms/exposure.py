"""Exposure: from attenuation to grey values, with scatter, heel effect, quantum noise and the maker's processing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from medunet.phantoms.plane import Floats


@dataclass(frozen=True)
class Exposure:
    """How one film was exposed and processed.

    Attributes:
        hardness: factor on every attenuation: below 1 for a harder beam.
        scatter: scattered over primary radiation behind the body.
        heel: (along columns, along rows) relative fall of the beam from one side to the other.
        dose: quanta per mm² of detector in free air, in thousands.
        window: percentiles of the log signal inside the body that become black and white.
        steepness: slope of the S-shaped curve; 0 is a straight line.
        gamma: exponent on the grey scale; above 1 darkens.
        floor, ceiling: grey (0 to 1) that black and white are shown as.
        sharpening: weight of the unsharp mask.
    """

    hardness: float
    scatter: float
    heel: tuple[float, float]
    dose: float
    window: tuple[float, float]
    steepness: float
    gamma: float
    floor: float
    ceiling: float
    sharpening: float


SITES = ("north", "harbour", "hill")
"""The imaginary clinics; each processes its films in its own way."""


def draw_exposure(rng: np.random.Generator, site: str, bedside: bool) -> Exposure:
    """An exposure in the manner of a site: flat and dim (north), steep (harbour), sharpened (hill); some films fail."""
    flat, steep = site == "north", site == "harbour"
    poor = rng.random() < 0.06
    ceiling = rng.uniform(0.45, 0.75) if flat else rng.uniform(0.88, 1.0)
    black = rng.uniform(0.0, 0.6) if flat else rng.uniform(0.5, 7.0)
    return Exposure(
        hardness=float(rng.uniform(0.78, 1.12)),
        scatter=float(rng.uniform(0.45, 0.95) if bedside else rng.uniform(0.20, 0.55)),
        heel=(float(rng.normal(0, 0.10)), float(rng.normal(0, 0.07))),
        dose=float(np.exp(rng.uniform(np.log(6.0), np.log(50.0)))) * (0.5 if bedside else 1.0),
        window=(float(black), float(rng.uniform(93.0, 99.7))),
        steepness=float(rng.uniform(0.0, 1.5) if flat else rng.uniform(2.5, 5.0) if steep else rng.uniform(0.5, 3.0)),
        gamma=float(np.exp(rng.normal(0.0, 0.22))),
        floor=float(rng.uniform(0.25, 0.40)) if poor else float(rng.uniform(0.0, 0.05)),
        ceiling=float(rng.uniform(0.60, 0.75)) if poor else float(ceiling),
        sharpening=float(rng.uniform(0.4, 1.4) if site == "hill" else rng.uniform(0.0, 0.35)),
    )


def develop(attenuation: Floats, exposure: Exposure, spacing: float, rng: np.random.Generator) -> Floats:
    """The finished grey picture of a film.

    Args:
        attenuation: (rows, columns) line integrals on the detector, no unit.
        exposure: how.
        spacing: mm between pixels of the detector.
        rng: for the quantum noise.

    Returns:
        (rows, columns) grey, 0 (black, free air) to 1 (white, dense).
    """
    rows, columns = attenuation.shape
    across, along = np.linspace(-0.5, 0.5, columns)[None, :], np.linspace(-0.5, 0.5, rows)[:, None]
    beam = (1 + exposure.heel[0] * across) * (1 + exposure.heel[1] * along)
    primary = np.exp(-exposure.hardness * attenuation) * beam
    signal = primary + exposure.scatter * _scattered(primary, attenuation, spacing)
    noise = ndimage.gaussian_filter(rng.standard_normal(signal.shape), 0.45) * 1.7
    signal = signal + noise * np.sqrt(signal / (1000 * exposure.dose * spacing**2))
    density = -np.log(np.maximum(signal, 1e-4))
    inside = density[attenuation > 0.15]
    black, white = np.percentile(inside if inside.size else density, exposure.window)
    grey = (density - black) / max(float(white - black), 1e-6)
    if exposure.sharpening > 0:
        grey = grey + exposure.sharpening * (grey - ndimage.gaussian_filter(grey, 6.0 / spacing, truncate=2.5))
    return exposure.floor + (exposure.ceiling - exposure.floor) * _curve(grey, exposure.steepness, exposure.gamma)


def _scattered(primary: Floats, attenuation: Floats, spacing: float) -> Floats:
    """Scatter from the body, far blurred, so computed on every fourth pixel; (rows, columns) like the input."""
    body = np.minimum(primary, 0.5) * (attenuation > 0.05)
    coarse = ndimage.gaussian_filter(body[::4, ::4], 34.0 / (4 * spacing), mode="constant", truncate=2.5)
    quarter = np.array([0.25, 0.25])
    return np.asarray(ndimage.affine_transform(coarse, quarter, output_shape=primary.shape, order=1, mode="nearest"))


def _curve(grey: Floats, steepness: float, gamma: float) -> Floats:
    """The film's characteristic curve on (rows, columns) grey: clipped to 0 to 1, S-shaped, then gamma."""
    grey = np.clip(grey, 0.0, 1.0)
    if steepness > 0.05:
        low, high = 1 / (1 + np.exp(0.5 * steepness)), 1 / (1 + np.exp(-0.5 * steepness))
        grey = (1 / (1 + np.exp(-steepness * (grey - 0.5))) - low) / (high - low)
    return np.asarray(np.clip(grey, 0.0, 1.0) ** gamma)
