from __future__ import annotations

import io
import json

import pytest

from medunet.workflows import follower


def test_a_call_that_is_refused_ends_with_its_reason(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"data": str(tmp_path / "nowhere"), "device": "cpu"})))
    with pytest.raises(SystemExit) as end:
        follower.follow()
    assert "nowhere" in str(end.value.code)


def test_an_unforeseen_fault_says_its_kind_and_not_its_words(monkeypatch):
    def fails(**_):
        raise ValueError("PatientName ZZCANARY")

    monkeypatch.setattr("sys.stdin", io.StringIO("{}"))
    monkeypatch.setattr(follower, "train", fails)
    with pytest.raises(SystemExit) as end:
        follower.follow()
    assert end.value.code == "medunet failed with ValueError"
