from __future__ import annotations

from pathlib import Path

import pytest

from medunet.cases.film_index import FilmIndex
from medunet.errors import InputError

ROOT = Path("root")


def index(*films):
    return FilmIndex([ROOT / film for film in films], ROOT)


def test_names_with_and_without_ending():
    films = index("x/00000001_000.png", "abc.dicom", "1.2.3.jpg")
    assert films.of("00000001_000.png", "") == ROOT / "x/00000001_000.png"
    assert films.of("ABC", "") == ROOT / "abc.dicom"
    assert films.of("1.2.3.jpg", "") == films.of("1.2.3", "") == ROOT / "1.2.3.jpg"
    assert films.of("gone", "") is None


def test_keys_with_folders():
    films = index("train/patient1/view1.jpg", "train/patient2/view1.jpg")
    assert films.of("train/patient2/view1.jpg", "") == ROOT / "train/patient2/view1.jpg"
    assert films.of("CheXpert/train/patient1/view1.jpg", "") == ROOT / "train/patient1/view1.jpg"
    assert films.of("train/patient3/view1.jpg", "") is None
    assert index("view1.jpg").of("train/patient3/view1.jpg", "") == ROOT / "view1.jpg"


def test_a_film_that_is_there_twice():
    with pytest.raises(InputError, match=r"there 2 times \(a/x.png, b/x.png\)"):
        index("a/x.png", "b/x.png").of("x", "t.csv, line 3")
