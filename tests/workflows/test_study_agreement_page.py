from __future__ import annotations

import pytest

from medunet.reports import render
from medunet.workflows.study_agreement import agreement_study
from medunet.workflows.study_agreement_page import agreement_page
from medunet.workflows.study_table import read_study_rows


def test_the_page_has_its_parts_in_order(agreed):
    page = agreement_page(agreed)
    assert [section.title for section in page.sections] == [
        "Result",
        "Flow of numbers",
        "Differences: Bland–Altman",
        "All figures",
        "Decisions that depend on the reading",
        "One against the other",
        "By subgroup",
        "Largest differences",
        "Without a partner",
        "Methods behind the figures",
        "Checklists",
    ]
    assert [drawing.name for drawing in page.drawings] == ["bland-altman", "equality"]
    assert all(drawing.narrow for drawing in page.drawings)


def test_markup_in_names_is_escaped_and_nothing_is_loaded(agreed):
    html = (agreed.folder / "report.html").read_text()
    assert "&lt;x&gt;" in html
    assert "<x>" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert html == render(agreement_page(agreed))


@pytest.mark.parametrize(
    "lines", [["1,.5,.4"], ["1,.5,.5", "2,.5,.5", "3,.5,.5"], ["1,.5,", "2,,.4"], ["1,.5,.4", "2,.6,.4"]]
)
def test_degenerate_tables_get_a_page_with_reasons(tmp_path, lines):
    (tmp_path / "t.csv").write_text("\n".join(["subject,ctr,expert", *lines]) + "\n")
    made = agreement_study(read_study_rows(tmp_path / "t.csv", "ctr"), "expert", cutoff=0.5, out=tmp_path / "out")
    assert any(one.reason for one in made.found.estimates.values())
    assert (made.folder / "report.html").is_file()
