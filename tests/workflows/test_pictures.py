from __future__ import annotations

import pytest

from medunet.cases import read_cases
from medunet.errors import InputError
from medunet.images import Scheme
from medunet.phantoms import SCHEME
from medunet.workflows.pictures import film_with_mask, read_mask


@pytest.fixture
def case(others):
    return read_cases(others).cases[0]


def test_a_mask_is_read_back_by_its_scheme(others, case):
    path = others / "masks" / f"{case.id}.png"
    assert (read_mask(path, SCHEME).array == case.read_target().array).all()
    with pytest.raises(InputError, match="Remove it and call the command again"):
        read_mask(path, Scheme.of(("lung",)))


def test_a_picture_tells_the_ratio_of_the_table(others, case):
    row = {"case": case.id, "measurement": "ctr", "value": 0.4321, "status": "ok", "reason": ""}
    mask = others / "masks" / f"{case.id}.png"
    picture = film_with_mask(case, mask, SCHEME, [row])
    assert ("CTR", "0.432") in tuple(picture.facts)
    missing = {**row, "value": None, "status": "missing", "reason": "no heart"}
    assert ("missing", "no heart") in tuple(film_with_mask(case, mask, SCHEME, [missing]).facts)


def test_where_a_file_has_gone_there_is_no_picture(others, case, tmp_path):
    assert film_with_mask(case, tmp_path / "gone.png", SCHEME, []) is None
