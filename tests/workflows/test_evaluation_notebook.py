from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from medunet.workflows.evaluate import evaluate


class Rows(HTMLParser):
    """The rows of a table as texts, and the names of all tags."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def done(others, tmp_path_factory):
    return evaluate(others / "masks", others, out=tmp_path_factory.mktemp("notebook") / "out")


def test_a_notebook_shows_mean_median_and_what_they_stand_on(done):
    shown = Rows(done._repr_html_())
    dice = done.summary("heart", "dice")
    row = next(row for row in shown.rows if row[:2] == ["heart", "dice"])
    assert row[3].startswith(f"{dice.mean:.3f}")
    assert row[4].startswith(f"{dice.median:.3f}")
    assert row[5] == str(dice.n)
    assert ["all", "ctr abs error"] in [row[:2] for row in shown.rows]


def test_cautions_and_failures_are_not_left_out(done):
    spoilt = replace(done, caution="In-sample, optimistic.", failed={"phantom-00001": "gone"})
    text = Rows(spoilt._repr_html_()).text
    assert "In-sample, optimistic." in text
    assert "1 of 4 cases have no prediction" in text


def test_a_hostile_name_is_text_and_nothing_runs(done):
    shown = Rows(replace(done, subject="<script>alert(1)</script>")._repr_html_())
    assert "script" not in shown.tags
    assert "<script>alert(1)</script>" in shown.text
    assert set(shown.tags) <= {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"}
