"""`medunet study --against`, held against published examples from the files to what is printed and written."""

from __future__ import annotations

import json

import pytest

PEFR = """wright,mini
494,512
395,430
516,520
434,428
476,500
557,600
413,364
442,380
650,658
433,445
417,432
656,626
267,260
478,477
178,259
423,350
427,451
"""
"""Peak flow in L/min by two meters (Bland and Altman 1986, table 1)."""

OUTPUT = """
1: 7.83 6.57 7.42 5.62 7.89 6.90 7.12 6.57 7.88 6.35
2: 6.16 4.06 7.26 4.29 6.71 4.26 6.54 4.09
3: 4.75 4.71 5.24 5.50 4.86 5.08 4.78 5.02 6.05 6.01 5.42 5.67
4: 4.21 4.14 3.61 4.20 3.72 4.61 3.87 4.68 3.92 5.04
5: 3.13 3.03 2.98 2.86 2.85 2.77 3.17 2.46 3.09 2.32 3.12 2.43
6: 5.92 5.90 6.42 5.81 5.92 5.70 6.27 5.76
7: 7.13 5.09 6.62 4.63 6.58 4.61 6.93 5.09
8: 4.54 4.72 4.81 4.61 5.11 4.36 5.29 4.20 5.39 4.36 5.57 4.20
9: 4.48 3.17 4.92 3.12 3.97 2.96
10: 4.22 4.35 4.65 4.62 4.74 3.16 4.44 3.53 4.50 3.53
11: 6.78 7.20 6.07 6.09 6.52 7.00 6.42 7.10 6.41 7.40 5.76 6.80
12: 5.06 4.50 4.72 4.20 4.90 3.80 4.80 3.80 4.90 4.20 5.10 4.50
"""
"""Cardiac output by two methods, subject by subject, in pairs (Bland and Altman 2007, table 1)."""


def figures(ended):
    return json.loads(ended.out)["agreement"]["estimates"]


def test_bland_and_altman_1986(medunet, inside):
    """Bias −2.1 L/min with interval −22.0 to 17.8, SD 38.8, as the paper prints them."""
    (inside / "pefr.csv").write_text(PEFR)
    ended = medunet("study", "pefr.csv", "--value", "wright", "--against", "mini", "--json")
    assert ended.code == 0
    found = figures(ended)
    assert [found["bias"][name] for name in ("value", "low", "high")] == pytest.approx([-2.1, -22.0, 17.8], abs=0.06)
    assert found["SD of differences"]["value"] == pytest.approx(38.8, abs=0.05)
    assert (inside / "study" / "report.html").is_file()


def test_bland_and_altman_2007_with_several_rows_of_a_subject(medunet, inside):
    """Bias .60 and limits −1.34 to 2.54, with subjects as units."""
    lines = ["subject,rv,ic"]
    for line in OUTPUT.strip().splitlines():
        subject, cells = line.split(":")
        numbers = cells.split()
        lines += [f"{subject},{a},{b}" for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
    (inside / "output.csv").write_text("\n".join(lines) + "\n")
    ended = medunet("study", "output.csv", "--value", "rv", "--against", "ic", "--json")
    found = figures(ended)
    assert (found["bias"]["rows"], found["bias"]["subjects"]) == (60, 12)
    assert found["bias"]["value"] == pytest.approx(0.602, abs=5e-4)
    assert found["lower limit of agreement"]["value"] == pytest.approx(-1.3395, abs=5e-4)
    assert found["upper limit of agreement"]["value"] == pytest.approx(2.5438, abs=5e-4)


def test_two_tables_print_the_answer_and_name_the_report(medunet, inside):
    for name, shift in (("r1", 0.03), ("r2", 0.0)):
        rows = [f"c{n},{0.4 + 0.02 * n + shift * (n % 2):.3f}" for n in range(10)]
        (inside / f"{name}.csv").write_text("case,ctr\n" + "\n".join(rows) + "\n")
    ended = medunet("study", "r1.csv", "--value", "ctr", "--against", "r2.csv", "--cutoff", "0.5", "--out", "both")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].startswith("CTR of r1 is higher than that of r2 by 0.015 (95 % interval ")
    assert lines[1].startswith("At a cut-off of 0.5 the decision depends on the reading in ")
    assert "10 of 10 rows are compared, of 10 subjects." in ended.out
    assert lines[-1] == "look at both/report.html"


def test_a_case_twice_and_other_units_are_refused_in_one_line(medunet, inside):
    (inside / "r1.csv").write_text("case,ctr\na,.5\nb,.6\n")
    (inside / "r2.csv").write_text("case,ctr\na,.5\na,.6\n")
    ended = medunet("study", "r1.csv", "--value", "ctr", "--against", "r2.csv")
    assert ended.code == 1
    assert "r2.csv: has 1 case in several rows of ctr (a). Leave one row of each case" in ended.err
    assert not (inside / "study").exists()
