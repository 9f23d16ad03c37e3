"""`medunet study`."""

from __future__ import annotations

import json
import random

import pytest


@pytest.fixture
def tables(inside):
    """Sixty ratios, and labels for all of them but one."""
    draw = random.Random(1)
    rows = [(f"c{n}", f"s{n}", round(draw.gauss(0.48 + 0.04 * (n % 2), 0.03), 3), n % 2) for n in range(60)]
    (inside / "ratios.csv").write_text("case,subject,ctr\n" + "".join(f"{c},{s},{v}\n" for c, s, v, _ in rows))
    (inside / "labels.csv").write_text("subject,sick\n" + "".join(f"{s},{x}\n" for _, s, _, x in rows[1:]))
    return inside


def test_the_summary_is_printed_and_the_report_named(medunet, tables):
    ended = medunet(
        "study", "ratios.csv", "--value", "ctr", "--by", "sick", "--labels", "labels.csv", "--cutoff", "0.5"
    )
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].startswith("CTR is higher in cases with sick than in cases without: if one of each is picked at ")
    assert lines[2].startswith("At the cut-off of 0.5, stated beforehand, ")
    assert "59 of 60 rows are analysed" in ended.out
    assert lines[-1].endswith("report.html")
    assert "�" not in ended.out
    assert (tables / "study" / "report.html").is_file()


def test_json_holds_every_figure(medunet, tables):
    words = (
        "--by",
        "sick",
        "--labels",
        "labels.csv",
        "--where",
        "ctr<0.9",
        "--subgroups",
        "subject",
        "--json",
        "--quiet",
    )
    said = json.loads(medunet("study", "ratios.csv", "--value", "ctr", *words).out)
    assert said["flow"]["without_label"] == 1
    assert 0.5 < said["primary"]["estimates"]["AUC"]["low"] < 1
    assert said["no_subgroups"] == {"subject": "has more than 20 different words"}


def test_another_reading_in_place_of_a_label(medunet, tables):
    (tables / "reader.csv").write_text((tables / "ratios.csv").read_text())
    ended = medunet("study", "ratios.csv", "--value", "ctr", "--against", "reader.csv")
    assert ended.code == 0
    assert (tables / "study" / "study.json").is_file()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--value", "ctr"), 2, "--by, --against: neither is given"),
        (("--value", "ctr", "--by", "x", "--against", "y"), 2, "both given"),
        (("--by", "sick"), 2, "--value"),
        (("--value", "ctr", "--by", "ill"), 1, "has no column 'ill'"),
        (("--value", "ctr", "--by", "sick", "--prevalence", "7"), 2, "--prevalence: 7 is not between 0 and 1"),
        (("--value", "ctr", "--by", "sick", "--where", "view"), 2, "'view' is no condition"),
        (("--value", "ctr", "--by", "sick", "--positive-when", "above"), 2, "higher"),
    ],
)
def test_wrong_words_end_in_one_line(medunet, tables, words, code, message):
    ended = medunet("study", "ratios.csv", *words)
    assert ended.code == code
    assert message in ended.err
    assert not (tables / "study").exists()
