"""The page in its order: summary, flow, what was stated before what was chosen, and what did not match."""

from __future__ import annotations

from medunet.reports import Drawing, Table
from medunet.workflows.study_page import study_page

ORDER = (
    "Result",
    "Flow of numbers",
    "Primary analysis: all data",
    "At the cut-off of 0.5, stated beforehand",
    "A cut-off chosen from the data (Youden)",
    "ROC curve",
    "Every value",
    "Distributions",
    "Second analysis: without outliers",
    "All intended cases: missing counted as failures",
    "Subgroups",
    "What did not match",
    "View and label",
    "Limits",
    "Methods behind the figures",
    "Checklists",
)


def test_the_sections_stand_in_the_order_a_reader_needs(made_study):
    assert tuple(section.title for section in study_page(made_study).sections) == ORDER


def test_every_figure_has_a_twin_for_phones_and_its_numbers(made_study):
    drawings = study_page(made_study).drawings
    assert [one.name for one in drawings] == ["roc", "box-strip", "distributions"]
    assert all(one.narrow and one.alt and one.numbers and one.numbers.rows for one in drawings)
    assert all(isinstance(one, Drawing) for one in drawings)


def test_every_method_is_named_with_its_source(made_study):
    (methods,) = study_page(made_study).sections[-2].blocks
    assert isinstance(methods, Table)
    words = " ".join(str(cell) for row in methods.rows for cell in row)
    for source in ("Obuchowski", "Welch 1947", "Wilson 1927", "Youden 1950", "Datta and Satten"):
        assert source in words
    assert all(row[2] for row in methods.rows)


def test_the_page_names_its_inputs_by_hash_and_what_was_asked(made_study):
    facts = dict(study_page(made_study).provenance.facts)
    assert {name for name, _ in facts["Inputs (SHA-256)"]} == {"ratios.csv", "labels.csv"}
    assert dict(facts["What was asked"])["cut-off stated beforehand"] == "0.5"
    assert "medunet" in dict(facts["Versions"])


def test_the_page_needs_no_network_and_is_small(made_study):
    page = (made_study.folder / "report.html").read_text(encoding="utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert len(page) < 2_000_000
