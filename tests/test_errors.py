"""The one exception family: one line each, with where, what and remedy."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from medunet.errors import InputError, MedunetError, OutputError, TrainingError, UsageError, did_you_mean, nearest

FAMILY = (InputError, OutputError, TrainingError, UsageError)


@pytest.mark.parametrize("kind", FAMILY)
def test_a_message_has_where_what_and_remedy(kind):
    fault = kind(Path("film.png"), "is damaged", "Send it again")
    assert str(fault) == "film.png: is damaged. Send it again."
    assert (fault.where, fault.what, fault.remedy) == ("film.png", "is damaged", "Send it again")
    assert isinstance(fault, MedunetError)


def test_full_stops_are_not_doubled():
    assert str(InputError("a", "is damaged. ", "Send it again.")) == "a: is damaged. Send it again."


def test_a_wrong_word_is_answered_with_the_known_one_it_looks_like():
    assert nearest("Cardiomegly", ("sex", "cardiomegaly")) == "cardiomegaly"
    assert did_you_mean("chest-xry", ["chest-xray"]) == "Did you mean chest-xray? "
    assert did_you_mean("brain", ["chest-xray"]) == did_you_mean("x", []) == ""


def test_only_wrong_words_end_with_two():
    assert [kind.exit_code for kind in FAMILY] == [1, 1, 1, 2]


@pytest.mark.parametrize("kind", FAMILY)
def test_a_fault_survives_the_way_between_processes(kind):
    fault = pickle.loads(pickle.dumps(kind("a", "is damaged", "Send it again")))
    assert type(fault) is kind
    assert (fault.where, fault.what, fault.remedy) == ("a", "is damaged", "Send it again")


def faults(count):
    return [InputError(f"{number}.png", f"is damaged in {number}", "Send it again") for number in range(count)]


def test_one_fault_together_is_itself():
    (one,) = faults(1)
    assert InputError.together([one]) is one


def test_a_few_faults_are_all_named():
    message = str(InputError.together(faults(3)))
    assert message == ("0.png: is damaged in 0; 1.png: is damaged in 1; 2.png: is damaged in 2. Send it again.")


def test_many_faults_are_named_and_counted():
    message = str(InputError.together(faults(20)))
    assert "7.png" in message
    assert "8.png" not in message
    assert "(and 12 more)" in message
    assert "\n" not in message
