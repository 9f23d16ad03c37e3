from __future__ import annotations

import json
import math
from contextlib import nullcontext

import numpy as np
import pytest

from medunet.errors import InputError
from medunet.prediction import Checks, add_checks, checks_file, fit_domain, load_model
from medunet.prediction.checks import NO_CHECKS
from medunet.prediction.checks_file import DOMAIN, NEXT
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


@pytest.mark.parametrize("taken_back", [False, True])
@pytest.mark.parametrize("steps", range(5))
def test_a_change_that_is_cut_short_leaves_the_old_checks_or_the_new_ones(
    folder, checks, monkeypatch, steps, taken_back
):
    """Wherever it stops, and again from there: each file is written or removed whole, or not at all."""
    random = np.random.default_rng(1)
    good, held, strange = (random.normal(shift, 1, (20, 40)).astype(np.float32) for shift in (0, 0, 5))
    other = Checks(QUALITY, "too few" if taken_back else fit_domain(good, (held, held), strange, [0] * 20, ("odd",)))
    done = []

    def counted(change):
        def one(*words):
            if len(done) == steps:
                raise KeyboardInterrupt
            done.append(change(*words))

        return one

    with monkeypatch.context() as patch:
        for name in ("write_bytes", "write_json", "remove"):
            patch.setattr(checks_file, name, counted(getattr(checks_file, name)))
        cut = steps < 4
        with pytest.raises(KeyboardInterrupt) if cut else nullcontext():
            add_checks(folder, other)
    old, new = checks.digest, other.digest
    assert load_model(folder).checks[0].digest == (old if steps < 2 else new)
    with monkeypatch.context() as patch:  # back to the old ones, killed before model.json names them
        patch.setattr(checks_file, "write_json", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            add_checks(folder, checks)
    assert load_model(folder).checks[0].digest == (old if steps < 2 else new)
    add_checks(folder, other)
    assert load_model(folder).checks[0].digest == new
    assert not (folder / NEXT).exists()


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
