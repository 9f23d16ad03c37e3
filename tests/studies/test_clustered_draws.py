from __future__ import annotations

import numpy as np
import pytest

from medunet.studies.clustered_draws import bootstrap_weights, draws, folds_of_rows, kinds_of_subjects
from medunet.studies.groups import Groups


@pytest.fixture(params=[False, True], ids=["one label", "both labels"])
def groups(request, cohort):
    return Groups.of(*cohort(rows=4, both=request.param))


def test_a_draw_depends_on_its_key_alone():
    assert draws(0, "folds", 3).random() == draws(0, "folds", 3).random()
    assert len({draws(seed, purpose, key).random() for seed in (0, 1) for purpose in "ab" for key in (0, 1)}) == 8


def test_a_draw_is_that_of_the_other_layer():
    """Written again because a lower layer must not import a higher one; it must not drift away."""
    from medunet.phantoms import keyed

    assert draws(5, "pose", 1, 2).random() == keyed.draws(5, "pose", 1, 2).random()


def test_kinds_hold_every_subject_once(groups):
    codes, kinds = kinds_of_subjects(groups)
    assert sorted(np.concatenate(kinds)) == sorted(set(codes))


def test_subjects_are_drawn_whole_and_within_their_kind(groups):
    codes, kinds = kinds_of_subjects(groups)
    seen = set()
    for times in bootstrap_weights(groups, 5, 0, "test"):
        assert times.size == codes.max() + 1
        assert [int(times[kind].sum()) for kind in kinds] == [kind.size for kind in kinds]
        seen.add(times.tobytes())
    assert len(seen) == 5


def test_folds_keep_subjects_together_and_kinds_apart(groups):
    fold = folds_of_rows(groups, 5, 0, "test", 0)
    codes, kinds = kinds_of_subjects(groups)
    fold_of = [set(fold[codes == one]) for one in range(codes.max() + 1)]
    assert all(len(numbers) == 1 for numbers in fold_of)
    for kind in kinds:
        counts = np.bincount([next(iter(fold_of[one])) for one in kind], minlength=5)
        assert counts.max() - counts.min() <= 1
    totals = np.bincount([next(iter(numbers)) for numbers in fold_of], minlength=5)
    assert totals.max() - totals.min() <= 1, "the kinds do not all begin in the same fold"


def test_order_and_number_of_rows_do_not_matter(cohort):
    value, label, subject = cohort(rows=3, both=True)
    fold = folds_of_rows(Groups.of(value, label, subject), 5, 0, "test", 1)
    turned = Groups.of([*value[::-1], *value], [*label[::-1], *label], [*subject[::-1], *subject])
    assert folds_of_rows(turned, 5, 0, "test", 1).tolist() == [*fold[::-1], *fold]
