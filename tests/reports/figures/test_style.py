from __future__ import annotations

import matplotlib
from matplotlib import rcParams

from medunet.reports.figures.style import INK, new_figure, nothing_to_show, styled


def test_the_style_holds_inside_and_leaves_the_user_s_settings_alone():
    with matplotlib.rc_context({"text.color": "red", "font.size": 99}):
        inside = styled(lambda: (rcParams["text.color"], rcParams["font.size"]))()
        assert inside == (INK, 9.5)
        assert rcParams["text.color"] == "red"


def test_a_figure_belongs_to_no_window():
    figure = new_figure(3, 2)
    assert figure.get_size_inches().tolist() == [3, 2]


def test_an_empty_panel_says_why():
    axes = new_figure(3, 2).subplots()
    nothing_to_show(axes, "no case was scored")
    assert [text.get_text() for text in axes.texts] == ["no case was scored"]
