from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from medunet.errors import OutputError
from medunet.reports.figures import curves, figure_png, figure_svg, save

ROWS = [{"epoch": 1, "train_loss": 0.9, "val_loss": 0.8}, {"epoch": 2, "train_loss": 0.4, "val_loss": 0.5}]


@pytest.fixture
def figure():
    return curves(ROWS)


def test_the_same_figure_gives_the_same_bytes(figure):
    again = curves(ROWS)
    assert figure_svg(figure) == figure_svg(figure) == figure_svg(again)
    assert figure_png(figure) == figure_png(again)


def test_it_is_the_same_in_another_process(figure):
    code = f"import sys; from medunet.reports.figures import *; sys.stdout.write(figure_svg(curves({ROWS})))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout == figure_svg(figure)


def test_text_stays_text_and_no_date_is_written(figure):
    svg = figure_svg(figure)
    texts = [element.text for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert "Dice on validation" in texts
    assert not re.search(r"<dc:date>|20\d\d-\d\d", svg)


def test_each_kind_gets_its_own_file(figure, tmp_path):
    files = save(figure, tmp_path / "curves.svg", ("svg", "png", "pdf"))
    assert [file.name for file in files] == ["curves.svg", "curves.png", "curves.pdf"]
    assert [file.read_bytes()[:4] for file in files] == [b"<?xm", b"\x89PNG", b"%PDF"]
    assert sorted(tmp_path.iterdir()) == sorted(files)


def test_a_dot_in_a_name_is_not_taken_for_an_ending(figure, tmp_path):
    (file,) = save(figure, tmp_path / "fold-1.5")
    assert file.name == "fold-1.5.svg"


def test_a_place_that_cannot_be_written_is_one_clear_error(figure, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        save(figure, tmp_path / "file" / "curves")
