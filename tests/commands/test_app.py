"""The command table: every command has help with examples and the words that all share."""

from __future__ import annotations

import re
import shlex

import pytest

from medunet.cli.app import command_table

MAIN_JOB = {"demo", "plan", "train", "evaluate", "predict", "measure", "models", "recipes"}
PRODUCT = MAIN_JOB | {"audit", "study", "convert", "limits", "compare"}
"""Names of commands are fixed: no other may come, and those of the main job may not go."""


def walk(command, path=()):
    """Every command and sub-command with the words that call it, the table itself first."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, (*path, name))


TABLE = dict(walk(command_table()))
CALLED = [path for path in TABLE if path]


def examples(text):
    """The lines of a help text that begin with medunet."""
    return [line.strip() for line in text.splitlines() if line.strip().startswith("medunet ")]


def test_the_table_holds_what_the_product_names():
    assert set(TABLE[()].commands) >= MAIN_JOB
    assert set(TABLE[()].commands) <= PRODUCT
    assert {("models", "show"), ("recipes", "show")} <= TABLE.keys()


@pytest.mark.parametrize("path", TABLE, ids=" ".join)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_is_on_standard_output(medunet, path, flag):
    ended = medunet(*path, flag)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: {' '.join(('medunet', *path))}")
    assert "...\n" not in re.sub(r"^Usage.*\n", "", ended.out), "a line of the help is cut off"


@pytest.mark.parametrize("path", CALLED, ids=" ".join)
def test_every_command_has_an_example_that_parses(medunet, path):
    shown = examples(medunet(*path, "--help").out)
    assert shown
    for line in shown:
        name, *words = shlex.split(re.sub(r"\s>.*", "", line))
        called, command = (), TABLE[()]
        while words and words[0] in getattr(command, "commands", {}):
            called, command = (*called, words[0]), command.commands[words.pop(0)]
        assert called[: len(path)] == path, f"an example of another command: {line}"
        if words or not getattr(command, "commands", {}):
            command.make_context(name, words)  # raises where the words are wrong


@pytest.mark.parametrize("path", CALLED, ids=" ".join)
def test_every_command_takes_the_shared_options(path):
    options = {name for parameter in TABLE[path].params for name in parameter.opts}
    assert {"--quiet", "--json", "--debug"} <= options


@pytest.mark.parametrize("path", CALLED, ids=" ".join)
def test_every_option_and_argument_has_help(path):
    silent = [parameter.name for parameter in TABLE[path].params if not getattr(parameter, "help", None)]
    assert silent == []


def test_help_fits_a_terminal_of_eighty_columns(medunet, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for path in TABLE:
        lines = [line for line in medunet(*path, "--help").out.splitlines() if not line.strip().startswith("medunet ")]
        assert max(map(len, lines)) <= 80, path


def test_the_version(medunet):
    import medunet as package

    ended = medunet("--version")
    assert (ended.code, ended.out, ended.err) == (0, f"medunet {package.__version__}\n", "")


def test_no_words_at_all_show_the_help(medunet):
    ended = medunet()
    assert (ended.code, ended.out) == (2, "")
    assert "Commands:" in ended.err
    assert "medunet: " not in ended.err
