from __future__ import annotations

import json
import math

import numpy as np
import pytest

from medunet.errors import InputError
from medunet.prediction import Checks, add_checks, fit_domain, load_model
from medunet.prediction.checks import NO_CHECKS
from medunet.prediction.checks_file import DOMAIN
from medunet.prediction.quality import Quality

QUALITY = Quality(0.1, 0.4, 0.6, ("lung",), 5, 40, 0.02)


@pytest.fixture
def checks():
    random = np.random.default_rng(0)
    good, held, strange = (random.normal(shift, 1, (20, 40)).astype(np.float32) for shift in (0, 0, 5))
    return Checks(QUALITY, fit_domain(good, (held, held), strange, [0] * 20, ("unlike any training film",)))


@pytest.fixture
def folder(save, checks):
    place, _ = save()
    add_checks(place, checks)
    return place


def test_checks_come_back_as_they_were_and_the_weights_keep_their_name(save, checks):
    place, _ = save()
    before = load_model(place)
    add_checks(place, checks)
    after = load_model(place)
    (found,) = after.checks
    assert found.quality == QUALITY
    assert found.domain.to_dict() == checks.domain.to_dict()
    for name, array in checks.domain.arrays().items():
        np.testing.assert_array_equal(found.domain.arrays()[name], array)
    assert after.weights_sha256 == before.weights_sha256
    assert after.temperature == before.temperature


def test_a_model_without_checks_says_why(save):
    place, _ = save()
    assert load_model(place).checks == (Checks(NO_CHECKS, NO_CHECKS),)
    told = json.loads((place / "model.json").read_text())
    assert told["quality"] == told["domain"] == {"reason": NO_CHECKS}


def test_a_model_of_an_earlier_medunet_can_be_loaded(folder):
    path = folder / "model.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({key: value for key, value in told.items() if key not in ("quality", "domain")}))
    assert load_model(folder).checks == (Checks(NO_CHECKS, NO_CHECKS),)


def test_checks_that_are_taken_back_leave_no_file(folder):
    add_checks(folder, Checks(QUALITY, "too few films"))
    assert not (folder / DOMAIN).exists()
    assert load_model(folder).checks == (Checks(QUALITY, "too few films"),)


@pytest.mark.parametrize("spoil", ["gone", "cut", "other"])
def test_arrays_that_are_not_those_named_are_refused(folder, spoil):
    path = folder / DOMAIN
    content = path.read_bytes()
    if spoil == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-9] if spoil == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(InputError, match=DOMAIN):
        load_model(folder)


def test_a_count_that_is_none_is_refused(folder):
    path = folder / "model.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"domain": told["domain"] | {"pictures": [math.inf, 3]}}))
    with pytest.raises(InputError, match="holds no input check"):
        load_model(folder)


@pytest.mark.parametrize(("key", "value"), [("quality", {"intercept": 1}), ("quality", 7), ("domain", {"looks": []})])
def test_a_description_that_is_none_is_refused(folder, key, value):
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(InputError, match="is not a model description"):
        load_model(folder)
