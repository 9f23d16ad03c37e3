"""Wrong words end with 2 and one line that names the known ones."""

from __future__ import annotations

import pytest

from medunet.cli.app import command_table
from medunet.cli.wrong_words import in_words


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["recipes", "xyzzy"], "recipes: no such command 'xyzzy'. Known are: show. See medunet recipes --help."),
        (
            ["plan", "films", "--colour"],
            "plan: no such option: --colour. Known are: --recipe, --set, --limit, --quiet, --json, --debug, --help."
            " See medunet plan --help.",
        ),
        (["--colour"], "no such option: --colour. Known are: --version, --help. See medunet --help."),
        (
            ["plan", "films", "--recip", "x"],
            "plan: no such option: --recip. Did you mean --recipe? Known are: --recipe, --set, --limit, --quiet,"
            " --json, --debug, --help. See medunet plan --help.",
        ),
        (
            ["plan"],
            "plan: missing argument 'DATA': folder of images and masks, a cases.csv or a data.yaml."
            " See medunet plan --help.",
        ),
        (
            ["predict", "film.png"],
            "predict: missing option '--model': a packaged model's name, as chest-xray, a run, or a model folder."
            " See medunet predict --help.",
        ),
        (
            ["measure", "masks", "--view", "PAA"],
            "measure: invalid value for '--view': 'PAA' is not one of 'PA', 'AP', 'lateral'."
            " See medunet measure --help.",
        ),
    ],
)
def test_one_line_with_the_known_words(medunet, inside, words, message):
    ended = medunet(*words)
    assert (ended.code, ended.out, ended.err) == (2, "", f"medunet: {message}\n")


@pytest.mark.parametrize(
    "words", [["trian"], ["train", "films", "--fold", "x"], ["plan", "a", "b"], ["plan", "a", "--set"]]
)
def test_all_wrong_words_are_one_line(medunet, inside, words):
    ended = medunet(*words)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "--help" in ended.message
    assert ".." not in ended.message
    assert "?." not in ended.message


def test_an_unknown_command_brings_the_known(medunet):
    known = ", ".join(command_table().commands)
    ended = medunet("xyzzy")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"medunet: no such command 'xyzzy'. Known are: {known}. See medunet --help.\n"


def test_a_near_miss_is_told(medunet):
    assert "Did you mean 'train'?" in medunet("trian").message


def test_debug_says_where_words_were_wrong(medunet):
    ended = medunet("plan", "--colour", "--debug")
    assert ended.code == 2
    assert "Traceback" in ended.err


def test_other_faults_are_not_about_words():
    assert in_words(ValueError("no such option")) is None
    assert in_words(KeyError("x")) is None
