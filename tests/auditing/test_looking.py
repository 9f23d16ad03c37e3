from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from medunet.auditing.gathering import gather
from medunet.auditing.looking import key_of, look_at
from medunet.images import write_dicom
from medunet.phantoms import chest_film


@pytest.fixture(scope="module")
def case(sound):
    return gather(sound).cases[0]


def test_a_sound_case(case):
    look = look_at(case)
    assert (look.film_fault, look.drawn_fault) == (None, None)
    assert look.film.shape == (160, 160)
    assert look.drawn.stored == (0, 1, 2, 3)
    assert dict(look.drawn.pixels).keys() == {"right lung", "left lung", "heart"}
    assert look.drawn.match > 0.3


def test_a_broken_film_leaves_its_mask(films):
    path = films / "images" / "film-00.png"
    path.write_bytes(path.read_bytes()[:200])
    look = look_at(gather(films).cases[0])
    assert look.film is None
    assert (look.film_fault.kind, look.film_fault.file) == ("unreadable", "film-00.png")
    assert look.drawn is not None
    assert look.drawn.match is None


@pytest.mark.parametrize(
    ("act", "kind"),
    [(lambda a: a[::2, ::2], "size"), (lambda a: np.where(a == 3, 7, a).astype(np.uint8), "values")],
    ids=["half the size", "value 7"],
)
def test_faults_of_masks_have_their_kind(films, change, act, kind):
    change(films / "masks" / "film-00.png", act)
    look = look_at(gather(films).cases[0])
    assert look.film is not None
    assert look.drawn_fault.kind == kind


def test_a_broken_mask(films):
    (films / "masks" / "film-00.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    assert look_at(gather(films).cases[0]).drawn_fault.kind == "unreadable"


def test_view_and_age_are_the_files_own(tmp_path, case):
    film = chest_film(1, 0, size=96)
    write_dicom(tmp_path / "a.dcm", replace(film.image, view="AP", age=40.0))
    look = look_at(replace(case, images=(tmp_path / "a.dcm",), target=None, annotated=None, tags={"view": "PA"}))
    assert look.film.view == "AP"


def test_the_key_follows_content_and_not_names(case, tmp_path):
    copy = shutil.copy(case.images[0], tmp_path / "other.png")
    assert key_of(replace(case, id="x", subject="y", images=(copy,))) == key_of(case)
    assert key_of(replace(case, annotated=("heart",))) != key_of(case)
    assert key_of(replace(case, target=None, annotated=None)) != key_of(case)
