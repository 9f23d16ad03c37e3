from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.agreement_readings import readings


@pytest.fixture
def pefr():
    """Wright and mini Wright peak flow, first readings, in L/min (Bland and Altman 1986, table 1)."""
    wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    return np.array(wright, float), np.array(mini, float)


@pytest.fixture
def ejection():
    """Cardiac output by two methods and the subject (Bland and Altman 2007, table 1): 60 pairs of 12 subjects."""
    rows = {
        1: "7.83 6.57 7.42 5.62 7.89 6.90 7.12 6.57 7.88 6.35",
        2: "6.16 4.06 7.26 4.29 6.71 4.26 6.54 4.09",
        3: "4.75 4.71 5.24 5.50 4.86 5.08 4.78 5.02 6.05 6.01 5.42 5.67",
        4: "4.21 4.14 3.61 4.20 3.72 4.61 3.87 4.68 3.92 5.04",
        5: "3.13 3.03 2.98 2.86 2.85 2.77 3.17 2.46 3.09 2.32 3.12 2.43",
        6: "5.92 5.90 6.42 5.81 5.92 5.70 6.27 5.76",
        7: "7.13 5.09 6.62 4.63 6.58 4.61 6.93 5.09",
        8: "4.54 4.72 4.81 4.61 5.11 4.36 5.29 4.20 5.39 4.36 5.57 4.20",
        9: "4.48 3.17 4.92 3.12 3.97 2.96",
        10: "4.22 4.35 4.65 4.62 4.74 3.16 4.44 3.53 4.50 3.53",
        11: "6.78 7.20 6.07 6.09 6.52 7.00 6.42 7.10 6.41 7.40 5.76 6.80",
        12: "5.06 4.50 4.72 4.20 4.90 3.80 4.80 3.80 4.90 4.20 5.10 4.50",
    }
    pairs = [
        (subject, *pair) for subject, text in rows.items() for pair in np.array(text.split(), float).reshape(-1, 2)
    ]
    subject, first, second = zip(*pairs, strict=True)
    return np.array(first), np.array(second), [str(one) for one in subject]


@pytest.fixture
def reps():
    """18 pairs of the R package SimplyAgree 0.2 (`reps`), whose vignette prints what it makes of them."""
    first = "7.83 7.42 7.89 7.12 6.16 7.26 6.71 4.75 5.24 4.86 4.78 6.05 5.42 4.21 3.61 3.72 3.87 3.92"
    second = "6.57 5.62 6.9 6.57 4.06 4.29 4.26 4.71 5.5 5.08 5.02 6.01 5.67 4.14 4.2 4.61 4.68 5.04"
    return np.array(first.split(), float), np.array(second.split(), float)


@pytest.fixture
def cohort():
    """Value, label and subject of rows: one subject has one label, unless both are asked for."""

    def make(seed=0, subjects=40, rows=1, *, both=False, shift=1.0, decimals=1):
        generator = np.random.default_rng(seed)
        subject = np.repeat(np.arange(subjects), generator.integers(1, rows + 1, subjects))
        own = generator.normal(size=subjects)[subject]
        label = generator.random(subject.size) < 0.5 if both else subject % 2 == 0
        value = own + generator.normal(size=subject.size) / 2 + shift * label
        return value.round(decimals), label, [f"s{number}" for number in subject]

    return make


@pytest.fixture
def hamilton():
    """Depression scores of nine patients before and after a tranquilliser (Hollander and Wolfe 1973, table 3.1)."""
    from medunet.studies.paired_subjects import PairedSubjects

    before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    return PairedSubjects.of("123456789", before, after)


@pytest.fixture
def coverage():
    """How often an agreement's interval holds the truth: over subjects, and as if every case were a subject.

    300 samples: two methods on 20 subjects of 3 cases, alike within a subject.
    """

    def of(coefficient, seed):
        rng = np.random.default_rng(seed)
        subject = np.repeat(np.arange(20), 3)
        truth, held = 1.25 / 1.75, []
        for _ in range(300):
            shared = rng.normal(0, 1, 20)[subject] + rng.normal(0, 0.5, 60)
            own = rng.normal(0, 0.5, (2, 20))[:, subject] + rng.normal(0, 0.5, (2, 60))
            pair = shared + own[0], shared + own[1]
            found = [coefficient(readings(*pair, subjects=names)) for names in (list(subject), None)]
            held.append([one.low <= truth <= one.high for one in found])
        return np.mean(held, axis=0)

    return of
