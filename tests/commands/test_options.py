"""Options that several commands share."""

from __future__ import annotations

import pytest

from medunet.cli.app import command_table
from medunet.cli.options import belongs_to_the_end
from medunet.errors import UsageError

NETWORK = ("demo", "train", "evaluate", "predict")


def options(name):
    return {word: parameter for parameter in command_table().commands[name].params for word in parameter.opts}


def test_one_word_means_one_thing_everywhere():
    """The same option has the same help in every command, but for what is taken or written by default."""
    texts = {}
    for name in command_table().commands:
        for word, parameter in options(name).items():
            if word.startswith("--") and word not in {"--out", "--kind", "--split"}:
                texts.setdefault(word, set()).add(parameter.help)
    assert {word: help_ for word, help_ in texts.items() if len(help_) > 1} == {}


@pytest.mark.parametrize("name", NETWORK)
def test_what_runs_a_network_takes_a_device(name):
    assert options(name)["--device"].default == "auto"


@pytest.mark.parametrize("name", ["demo", "train", "evaluate", "predict", "measure"])
def test_what_writes_takes_a_place_and_overwrites_only_when_told(name):
    assert {"--out", "--overwrite"} <= options(name).keys()
    assert options(name)["--overwrite"].default is False


@pytest.mark.parametrize("name", ["predict", "measure"])
def test_what_measures_takes_view_and_age(name):
    assert {"--view", "--adult"} <= options(name).keys()


def test_an_option_before_a_sub_command_is_refused():
    belongs_to_the_end("--json", False, "medunet models show NAME --json")
    with pytest.raises(UsageError, match="Write medunet models show NAME --json"):
        belongs_to_the_end("--json", True, "medunet models show NAME --json")


@pytest.mark.parametrize(("word", "view"), [("pa", "PA"), ("Ap", "AP"), ("LATERAL", "lateral"), ("PA", "PA")])
def test_a_view_may_be_written_in_any_case(word, view):
    called = command_table().commands["measure"].make_context("measure", ["masks", "--view", word])
    assert called.params["view"] == view


@pytest.mark.parametrize("device", ["tpu", "cuda:x"])
def test_an_unknown_device_is_named(medunet, films, trained, inside, device):
    ended = medunet("predict", films / "images" / "film-00.png", "--model", trained, "--device", device)
    assert ended.code == 2
    assert device in ended.message
    assert "auto, cpu" in ended.message
    assert list(inside.iterdir()) == []
