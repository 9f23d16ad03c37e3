from __future__ import annotations

import pytest

from medunet.errors import InputError
from medunet.prediction import packaged_models
from medunet.workflows.models import describe, packaged


def test_a_model_is_described(trained):
    told = describe(str(trained.folder))
    assert told["name"] == "run"
    assert told["networks"] == 1
    assert told["labels"] == {"background": 0, "lung": 1, "heart": 2}
    assert told["weights_sha256"] == trained.run.weights_sha256
    assert told["plan"]["classes"] == ["lung", "heart"]
    assert "not a medical device" in told["card"]


def test_the_packaged_ones_are_listed():
    assert set(packaged()) == set(packaged_models())


def test_an_unknown_one_is_one_line(tmp_path):
    with pytest.raises(InputError, match="holds no model"):
        describe(str(tmp_path))
