from __future__ import annotations

import pytest

from medunet.reports import Drawing, Numbers, curves


def test_a_drawing_is_made_of_a_figure_and_its_narrow_twin():
    drawing = Drawing.of(curves([]), "alt")
    assert drawing.svg.startswith("<?xml")
    assert (drawing.narrow, drawing.pdf, drawing.png) == ("", b"", b"")
    assert Drawing.of(curves([]), "alt", narrow=curves([], stacked=True)).narrow.startswith("<?xml")


def test_a_named_drawing_has_what_a_paper_needs():
    numbers = Numbers.of(["reference", "predicted"], [[1.0, 1.1]])
    drawing = Drawing.of(curves([]), "alt", name="ctr", numbers=numbers)
    assert drawing.pdf.startswith(b"%PDF")
    assert drawing.png.startswith(b"\x89PNG")
    assert drawing.numbers.rows == ((1.0, 1.1),)


@pytest.mark.parametrize("name", ["../ctr", "CTR", "a b", "-a", "a--b"])
def test_a_name_is_one_of_a_file(name):
    with pytest.raises(ValueError, match="small letters"):
        Drawing("<svg/>", "alt", name=name, numbers=Numbers(("a",), ()))


def test_files_come_with_their_numbers():
    with pytest.raises(ValueError, match="has a name and numbers"):
        Drawing("<svg/>", "alt", name="ctr")


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="row 2 has 1 cells under 2 columns"):
        Numbers.of(["a", "b"], [[1, 2], [3]])
