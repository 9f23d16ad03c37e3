import pytest
from hypothesis import given
from hypothesis import strategies as st

from medunet.cases.file_names import MOST_BYTES, file_name


@pytest.mark.parametrize("name", ["film", "00000001_000", "Aufnahme ü 7", "a.b.c", "p10-s50_x", "film[1]"])
def test_an_ordinary_name_stays_as_it_is(name):
    assert file_name(name) == name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../x", "_.._x"),
        ("/etc/x", "_etc_x"),
        ("a\0b", "a_b"),
        ("C:evil", "C_evil"),
        ("CON", "_CON"),
        ("nul.png", "_nul.png"),
        ("..", "case"),
        ("", "case"),
        ("film. ", "film"),
        ("film\u202egnp.exe", "film_gnp.exe"),
        ("a\nb\tc", "a_b_c"),
        (".hidden", "hidden"),
    ],
)
def test_an_odd_name_becomes_one_that_leads_nowhere(name, safe):
    assert file_name(name) == safe


def test_a_long_name_is_cut_and_stays_different_from_another():
    one, other = file_name("a" * 300), file_name("a" * 301)
    assert one != other
    assert len(one) == len(other) == MOST_BYTES


@given(st.text())
def test_any_text_becomes_a_name_that_stays_as_it_is(tmp_path_factory, text):
    safe = file_name(text)
    assert file_name(safe) == safe
    folder = tmp_path_factory.mktemp("names")
    (folder / safe).write_text("x")
    assert [path.name for path in folder.iterdir()] == [safe]
