from __future__ import annotations

import csv
import errno
import os

import pytest

from medunet.errors import OutputError
from medunet.reports import Drawing, Numbers, Page, Section, curves, write_report


def page(*names):
    numbers = Numbers.of(["case", "ctr"], [["=1+1", 0.5], ["b", None]])
    figure = curves([])
    drawings = [Drawing.of(figure, "alt", name=name, numbers=numbers if name else None) for name in names]
    return Page("t", "", ("s",), (Section("One", tuple(drawings[:1])), Section("Two", tuple(drawings[1:]))))


def test_every_named_figure_is_written_in_four_kinds(tmp_path):
    write_report(page("ctr", "", "roc"), tmp_path)
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert names == {f"{name}.{kind}" for name in ("ctr", "roc") for kind in ("svg", "pdf", "png", "csv")}
    assert (tmp_path / "figures" / "ctr.svg").read_text().startswith("<?xml")
    assert (tmp_path / "figures" / "ctr.pdf").read_bytes().startswith(b"%PDF")
    with (tmp_path / "figures" / "ctr.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["case", "ctr"], ["'=1+1", "0.5"], ["b", ""]]


def test_a_figure_that_is_no_longer_shown_does_not_stay(tmp_path):
    write_report(page("ctr"), tmp_path)
    write_report(page(), tmp_path)
    assert not (tmp_path / "figures").exists()
    assert (tmp_path / "report.html").is_file()


def test_where_the_disk_is_full_the_earlier_figures_stay(tmp_path, monkeypatch):
    write_report(page("ctr", "roc"), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="the disk is full"):
        write_report(page("roc"), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_the_same_page_gives_the_same_files(tmp_path):
    for folder in ("a", "b"):
        write_report(page("ctr"), tmp_path / folder)
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path


def test_two_figures_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two drawings of a page are called ctr"):
        page("ctr", "ctr")
