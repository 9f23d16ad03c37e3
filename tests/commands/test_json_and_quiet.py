"""`--json` prints one JSON object and nothing else; `--quiet` keeps standard error empty while all is well."""

from __future__ import annotations

import json
import shutil

import pytest

CALLS = [
    ["plan", "@films"],
    ["train", "@films", "@tiny"],
    ["evaluate", "run"],
    ["evaluate", "@films/masks", "@films"],
    ["predict", "@films/images", "--model", "run"],
    ["measure", "@films/masks", "--images", "@films/images"],
    ["models"],
    ["models", "show", "run"],
    ["recipes"],
    ["recipes", "show", "chest-xray-small"],
]


@pytest.fixture
def filled(films, trained, tiny, inside):
    def fill(words):
        if "run" in words:
            shutil.copytree(trained, inside / "run")
        given = [word.replace("@films", str(films)) for word in words if word != "@tiny"]
        return [*given, *(tiny if "@tiny" in words else ())]

    return fill


@pytest.mark.parametrize("words", CALLS, ids=lambda words: " ".join(words[:2]))
def test_json_is_one_object(medunet, filled, words):
    ended = medunet(*filled(words), "--json")
    assert ended.code == 0
    assert ended.out.endswith("}\n")
    assert ended.out.count("\n") == 1
    assert isinstance(json.loads(ended.out), dict)


@pytest.mark.parametrize("words", CALLS, ids=lambda words: " ".join(words[:2]))
def test_quiet_is_silent_and_prints_the_same_result(medunet, filled, words):
    ended = medunet(*filled(words), "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip()


def test_a_real_process_is_as_silent(process, filled, inside):
    """Libraries that write to the streams themselves are seen only from outside; training has most of them."""
    ended = process(*filled(CALLS[1]), "--quiet", "--json", cwd=inside)
    assert (ended.code, ended.err) == (0, "")
    assert isinstance(json.loads(ended.out), dict)
