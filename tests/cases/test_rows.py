from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medunet.cases.rows import unique_ids


def test_folders_come_before_names_only_where_needed():
    files = [("x", ("a",), ".png"), ("x", ("b",), ".png"), ("y", ("b",), ".png")]
    assert unique_ids(files) == ["a_x", "b_x", "y"]


def test_all_folders_then_the_ending():
    assert unique_ids([("x", ("a", "c"), ".png"), ("x", ("b", "c"), ".png")]) == ["a_c_x", "b_c_x"]
    assert unique_ids([("x", (), ".png"), ("x", (), ".jpg")]) == ["x_png", "x_jpg"]


def test_a_file_without_a_name_of_its_own_has_its_folders():
    assert unique_ids([("", ("p", "one"), ".png"), ("", ("p", "two"), ".png")]) == ["one", "two"]
    assert unique_ids([("", (), ".png")]) == ["image"]


@given(st.lists(st.tuples(st.sampled_from("xy"), st.tuples(st.sampled_from("ab"), st.sampled_from("ab")),
                          st.sampled_from([".png", ".jpg"])), unique=True))  # fmt: skip
def test_different_files_have_different_ids(files):
    ids = unique_ids(files)
    assert len({name.casefold() for name in ids}) == len(files)
