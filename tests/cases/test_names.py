from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.cases.names import counted, harmonised, listed, normal, refuse_unknown, shown, words
from medunet.errors import InputError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("leftMask", ("left", "mask")),
        ("imagesTr", ("images", "tr")),
        ("images64", ("images", "64")),
        ("CXR_png", ("cxr", "png")),
        ("X-train", ("x", "train")),
        ("", ()),
    ],
)
def test_words(name, expected):
    assert words(name) == expected


def test_normal_forgets_case_and_blanks():
    assert normal("Left_Lung") == normal("left - lung") == normal(" LEFT  LUNG") == "left lung"


def test_rename_merges_and_ignores_what_is_not_there():
    final = harmonised(["Right_Lung", "left lung", "heart"], {"left lung": "Lung", "right lung": "Lung", "liver": "x"})
    assert final == {"Right_Lung": "Lung", "left lung": "Lung", "heart": "heart"}


def test_spellings_become_one_and_the_asked_one_wins():
    assert harmonised(["Lung", "lung"]) == {"Lung": "Lung", "lung": "Lung"}
    assert harmonised(["LUNG", "left lung"], {"left lung": "lung"}) == {"LUNG": "lung", "left lung": "lung"}


@settings(deadline=None)
@given(st.lists(st.text("aB_- ", min_size=1, max_size=4), min_size=1), st.dictionaries(st.text("ab"), st.text("cd")))
def test_harmonised_names_differ_in_normal_form(names, rename):
    final = harmonised(names, rename)
    assert set(final) == set(names)
    new = set(final.values())
    assert len({normal(name) for name in new}) == len(new)


def test_lists_and_counts_are_short():
    assert listed(range(5)) == "0, 1, 2, …"
    assert listed("ab") == "a, b"
    assert (counted(1, "mask"), counted(2, "mask"), counted(0, "mask")) == ("1 mask", "2 masks", "0 masks")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        ("a", "'a'"),
        ([1, "a"], "[1, 'a']"),
        ([[1]], "a list"),
        ({"a": 1}, "a mapping"),
        (10**900, "a very large number"),
        (None, "None"),
    ],
)
def test_a_value_in_a_message_is_short(value, text):
    assert shown(value) == text
    assert len(shown("n" * 900)) < 70


def test_what_was_renamed_must_have_been_there():
    refuse_unknown({"label_1": "Lung"}, ["lung", "heart"])
    refuse_unknown({}, [])
    with pytest.raises(InputError, match=r"--rename: no structure is called hart. Structures here: herz, lung\."):
        refuse_unknown({"hart": "heart", "label_1": "lung"}, ["herz", "lung"])
