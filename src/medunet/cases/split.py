"""Split: training, validation and test cases, by subject, drawn from a seed or as given."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import get_args

from medunet.cases.cases import Cases
from medunet.cases.names import Split, counted, listed
from medunet.errors import InputError, UsageError

SHARES: Mapping[str, float] = {"train": 0.7, "val": 0.1, "test": 0.2}
"""How subjects are shared out where nothing else is asked for."""


@dataclass(frozen=True)
class SplitProof:
    """What shows that no subject is in two splits. Everything is counted from the cases, nothing is taken for granted.

    Attributes:
        cases: cases per split.
        subjects: subjects per split.
        shared_subjects: subjects that are in more than one split; empty in a sound split.
        subject_from: where the subject came from.
        seed: of the draw, or None where nothing was drawn.
        method: how the split was made.
    """

    cases: Mapping[str, int]
    subjects: Mapping[str, int]
    shared_subjects: tuple[str, ...]
    subject_from: str
    seed: int | None
    method: str

    def to_dict(self) -> dict[str, object]:
        """As `run.json` holds it."""
        return {**asdict(self), "shared_subjects": list(self.shared_subjects)}


def split_by_subject(cases: Cases, shares: Mapping[str, float] = SHARES, seed: int = 0) -> Cases:
    """The same cases, each in a split; all cases of a subject are in one.

    Subjects are ordered by a hash of seed and name, so that a draw depends on neither the order of the cases nor the
    machine. Splits that the data give are kept; where they hold no validation cases, these are drawn from the
    training subjects. A test set is never drawn beside given splits.

    Args:
        cases: with a split each, or none at all.
        shares: share of the subjects of train, val and test; they add up to 1.
        seed: of the draw.

    Raises:
        UsageError: the shares are no shares.
        InputError: some cases have a split and others have none.
    """
    _check_shares(shares)
    bare = [case.id for case in cases if case.split is None]
    if bare and len(bare) < len(cases):
        raise InputError(
            cases.source,
            f"gives a split to {len(cases) - len(bare)} cases and none to {len(bare)} ({listed(bare)})",
            "Give every case a split, or none",
        )
    if bare:
        return _drawn(cases, shares, seed)
    return _completed(cases, shares, seed)


def folds(cases: Cases, k: int, seed: int = 0) -> tuple[Cases, ...]:
    """The cases k times: the test cases stay, and the subjects of fold number i are the validation of the i-th.

    Raises:
        UsageError: fewer than two folds, or more than there are subjects to share out.
    """
    subjects = _in_order((case.subject for case in cases if case.split != "test"), seed)
    if not 2 <= k <= len(subjects):
        raise UsageError(
            "folds", f"{k} folds of {counted(len(subjects), 'subject')}", "Take 2 or more, at most one each"
        )
    fold_of = {subject: number % k for number, subject in enumerate(subjects)}
    method = f"{k} folds by subject in the order of a hash of seed {seed} and subject"
    kept = f"; test from {cases.split_from}" if any(case.split == "test" for case in cases) else ""
    return tuple(
        _with_splits(
            cases,
            {subject: "val" if own == number else "train" for subject, own in fold_of.items()},
            seed,
            f"fold {number} of {method}{kept}",
        )
        for number in range(k)
    )


def prove(cases: Cases) -> SplitProof:
    """What shows that no subject of the cases is in two splits."""
    subjects: dict[str, set[str]] = {split: set() for split in get_args(Split)}
    counts = dict.fromkeys(get_args(Split), 0)
    splits_of: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        if case.split is not None:
            counts[case.split] += 1
            subjects[case.split].add(case.subject)
            splits_of[case.subject].add(case.split)
    shared = tuple(sorted(subject for subject, splits in splits_of.items() if len(splits) > 1))
    numbers = {split: len(members) for split, members in subjects.items()}
    return SplitProof(counts, numbers, shared, cases.subject_from, cases.split_seed, cases.split_from or "no split")


def split_rows(cases: Cases) -> list[tuple[str, str, str]]:
    """The rows of `split.csv`, the heading first: case, subject, split ("" where there is none)."""
    return [("case", "subject", "split")] + [(case.id, case.subject, case.split or "") for case in cases]


def _check_shares(shares: Mapping[str, float]) -> None:
    """Shares are of known splits, not negative, and add up to 1."""
    known = set(shares) <= set(get_args(Split))
    if not known or not all(share >= 0 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
        raise UsageError("split", f"the shares {dict(shares)} are not shares of train, val, test that add up to 1",
                         "Write for example train 0.7, val 0.1, test 0.2")  # fmt: skip


def _in_order(subjects: Iterable[str], seed: int) -> list[str]:
    """Subjects, each once, in the order of a hash of seed and name."""
    return sorted(set(subjects), key=lambda subject: hashlib.sha256(f"{seed}:split:{subject}".encode()).hexdigest())


def _share(of: int, share: float, least: int) -> int:
    """A share of some subjects in whole numbers, at least `least` unless the share is 0."""
    # 0.29 × 100 is 28.999999999999996 in floating point.
    return max(math.floor(share * of + 1e-9), least) if share > 0 else 0


def _drawn(cases: Cases, shares: Mapping[str, float], seed: int) -> Cases:
    """Every case in a split that is drawn."""
    subjects = _in_order(cases.subjects, seed)
    least = 1 if len(subjects) >= 3 else 0
    tests = _share(len(subjects), shares.get("test", 0.0), least)
    vals = _share(len(subjects), shares.get("val", 0.0), least)
    rest: Split = "train" if shares.get("train", 0.0) > 0 else "test"
    left = len(subjects) - tests - vals
    counts: tuple[tuple[Split, int], ...] = (("test", tests), ("val", vals), (rest, left))
    order = [split for split, count in counts for _ in range(count)]
    shown = "/".join(f"{shares.get(split, 0.0):g}" for split in get_args(Split))
    method = f"drawn by subject, train/val/test {shown}, in the order of a hash of seed {seed} and subject"
    return _with_splits(cases, dict(zip(subjects, order, strict=True)), seed, method)


def _completed(cases: Cases, shares: Mapping[str, float], seed: int) -> Cases:
    """Given splits, with validation cases drawn from the training subjects where there are none."""
    given = cases.split_from or "given"
    subjects = _in_order((case.subject for case in cases if case.split == "train"), seed)
    learning = shares.get("train", 0.0) + shares.get("val", 0.0)
    if any(case.split == "val" for case in cases) or not subjects or not learning:
        return replace(cases, split_from=given)
    share = shares.get("val", 0.0) / learning
    vals = _share(len(subjects), share, 1 if len(subjects) >= 3 else 0)
    if not vals:
        return replace(cases, split_from=given)
    splits: dict[str, Split] = dict.fromkeys(subjects[:vals], "val")
    drawn = f"val drawn from the training subjects (share {share:g}) in the order of a hash of seed {seed} and subject"
    return _with_splits(cases, splits, seed, f"{given}; {drawn}")


def _with_splits(cases: Cases, splits: Mapping[str, Split], seed: int, method: str) -> Cases:
    """The cases with the splits of their subjects; subjects that are not named keep theirs."""
    moved = tuple(replace(case, split=splits.get(case.subject, case.split)) for case in cases)
    return replace(cases, cases=moved, split_from=method, split_seed=seed)
