from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from medunet.cases import Cases
from medunet.errors import InputError
from medunet.images import Grid
from medunet.planning import fingerprint
from medunet.planning.fingerprint import SAMPLE, sample_of


def grey(shape=(32, 40), low=0, high=200, dtype=np.uint8):
    return np.linspace(low, high, shape[0] * shape[1]).reshape(shape).astype(dtype)


def test_the_portrait_of_mixed_films(data):
    cases = data(a=grey((32, 40)), b=grey((32, 40)), c=grey((64, 32)), d=grey((64, 32), high=60000, dtype=np.uint16))
    found = fingerprint(cases)
    assert (found.cases, found.sampled) == (4, 4)
    assert dict(found.shapes) == {(32, 40): 2, (64, 32): 2}
    assert dict(found.types) == {"uint8": 3, "uint16": 1}
    assert found.aspect == (0.8, 2.0)
    assert (found.channels, found.colour) == (1, False)
    assert found.spacing_known == 0.0
    assert list(found.frequency.values()) == pytest.approx([1 / 16])
    assert list(found.presence.values()) == [1.0]
    assert found.intensity[1] == pytest.approx(100, abs=10)  # the median of four medians ignores the 16-bit film


def test_the_most_frequent_size_comes_first(data):
    cases = data(a=grey((20, 20)), b=grey((30, 30)), c=grey((30, 30)))
    assert fingerprint(cases).shapes == (((30, 30), 2), ((20, 20), 1))


def test_colour_is_said(data):
    cases = data(a=grey(), b=np.stack([grey(), grey(high=90), grey(high=20)], axis=2))
    found = fingerprint(cases)
    assert (found.channels, found.colour) == (3, True)


def test_three_files_of_a_subject_are_no_colour(data):
    cases = data(a=grey(), b=grey(high=90), c=grey(high=20))
    files = tuple(case.images[0] for case in cases)
    found = fingerprint(replace(cases, cases=tuple(replace(case, images=files) for case in cases)))
    assert (found.channels, found.colour) == (3, False)


def test_padding_does_not_count(data, monkeypatch):
    cases = data(a=np.full((40, 40), 100, np.uint8))
    from medunet.cases import Case

    image = cases.cases[0].read_image()
    array = image.array.copy()
    array[:, :20] = 0
    valid = np.ones((40, 40), bool)
    valid[:20] = False
    monkeypatch.setattr(Case, "read_image", lambda self: replace(image, array=array, valid=valid))
    assert fingerprint(cases).intensity == (100.0, 100.0, 100.0)
    monkeypatch.setattr(Case, "read_image", lambda self: replace(image, array=array, valid=np.zeros((40, 40), bool)))
    assert fingerprint(cases).intensity[0] == 0.0


def test_a_large_set_is_sampled_by_name_whatever_the_order_of_files(data):
    one = data(a=grey()).cases[0]
    cases = [replace(one, id=f"film-{n}", subject=f"s{n}") for n in range(3 * SAMPLE)]
    chosen = {case.id for case in sample_of(Cases(tuple(cases), one.target.scheme))}
    again = {case.id for case in sample_of(Cases(tuple(reversed(cases)), one.target.scheme))}
    assert len(chosen) == SAMPLE
    assert chosen == again
    assert chosen != {case.id for case in cases[:SAMPLE]}


def test_it_fits_into_run_json(phantoms):
    found = fingerprint(phantoms)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["cases"] == 6
    assert set(found.frequency) == {"right lung", "left lung", "heart"}
    assert all(0 < share < 0.4 for share in found.frequency.values())


def test_nothing_to_look_at_is_refused(data):
    cases = data(a=grey())
    for nothing in (replace(cases, cases=()), Cases(tuple(replace(c, target=None) for c in cases))):
        with pytest.raises(InputError, match="no cases with masks"):
            fingerprint(nothing)


def test_all_files_that_cannot_be_read_are_named_together(data):
    cases = data(a=grey(), b=grey(), c=grey())
    for case in cases.cases[:2]:
        case.images[0].write_bytes(case.images[0].read_bytes()[:60])
    with pytest.raises(InputError) as fault:
        fingerprint(cases)
    assert "a.png" in str(fault.value)
    assert "b.png" in str(fault.value)
    assert "c.png" not in str(fault.value)


def test_a_volume_is_refused(data, monkeypatch):
    cases = data(a=grey())
    from medunet.cases import Case
    from medunet.images import Image

    volume = Image(np.zeros((1, 4, 5, 6), np.uint8), Grid((4, 5, 6)), source="scan.nii.gz")
    monkeypatch.setattr(Case, "read_image", lambda self: volume)
    with pytest.raises(InputError, match=r"scan\.nii\.gz: is a volume of shape"):
        fingerprint(cases)
