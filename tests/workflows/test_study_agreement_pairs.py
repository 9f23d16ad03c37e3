from __future__ import annotations

import pytest

from medunet.errors import InputError, UsageError
from medunet.images import write_csv
from medunet.measuring import COLUMNS
from medunet.workflows.study_agreement_pairs import pair_up
from medunet.workflows.study_table import read_study_rows


def table(path, rows, unit="ratio"):
    """A measurements.csv of the ratio; rows of (case, subject, value)."""
    full = [
        dict.fromkeys(COLUMNS, "")
        | {"case": case, "subject": subject, "measurement": "ctr", "value": value, "unit": unit, "source": "masks"}
        | {"status": "missing" if value == "" else "ok", "reason": "no heart" if value == "" else ""}
        for case, subject, value in rows
    ]
    write_csv(path / "measurements.csv", COLUMNS, [[row[name] for name in COLUMNS] for row in full])
    return path


def paired(first, second, **wishes):
    return pair_up(read_study_rows(first, "ctr", **wishes), str(second))


def test_two_tables_are_paired_by_case_and_every_row_is_accounted_for(tmp_path):
    one = table(tmp_path / "r1", [("a", "1", 0.5), ("b", "1", ""), ("c", "2", 0.6), ("x", "3", 0.4)])
    two = table(tmp_path / "r2", [("c", "2", ""), ("b", "1", ""), ("a", "1", 0.45), ("y", "9", 0.4)])
    found = paired(one, two)
    assert found.names == ("r1", "r2")
    assert [(p.case, p.subject, p.first, p.second) for p in found.pairs] == [
        ("a", "1", 0.5, 0.45),
        ("b", "1", None, None),
        ("c", "2", 0.6, None),
    ]
    assert found.pairs[2].reasons == ("", "no heart")
    assert [p.case for p in found.complete] == ["a"]
    assert found.alone == (("x",), ("y",))
    assert (found.unit, found.cautions, len(found.paths)) == ("ratio", (), 2)


def test_a_case_in_two_rows_is_refused_in_either_table(tmp_path):
    one = table(tmp_path / "r1", [("a", "1", 0.5), ("b", "2", 0.6)])
    two = table(tmp_path / "r2", [("a", "1", 0.5), ("a", "1", 0.6)])
    for first, second in ((one, two), (two, one)):
        with pytest.raises(InputError, match=r"has 1 case in several rows of ctr \(a\)\. Leave one row of each case"):
            paired(first, second)


def test_both_columns_of_a_table_may_have_decimal_commas(tmp_path):
    (tmp_path / "t.csv").write_text("id;ctr;second\na;0,52;0,5\nb;0,47;0,4999\n", encoding="utf-8")
    found = pair_up(read_study_rows(tmp_path / "t.csv", "ctr"), "second")
    assert [(pair.first, pair.second) for pair in found.pairs] == [(0.52, 0.5), (0.47, 0.4999)]
    (tmp_path / "u.csv").write_text('id,ctr,second\na,900,"1,204"\n', encoding="utf-8")
    with pytest.raises(InputError, match="such as 1,204 in the column second"):
        pair_up(read_study_rows(tmp_path / "u.csv", "ctr"), "second")


def test_other_units_are_refused(tmp_path):
    one, two = table(tmp_path / "r1", [("a", "1", 5.0)], "mm"), table(tmp_path / "r2", [("a", "1", 5.0)], "px")
    with pytest.raises(InputError, match=r"gives ctr in px, where r1 gives ctr in mm\. Compare numbers of one unit"):
        paired(one, two)


def test_tables_of_other_cases_are_refused(tmp_path):
    one, two = table(tmp_path / "r1", [("a", "1", 0.5)]), table(tmp_path / "r2", [("b", "1", 0.5)])
    with pytest.raises(InputError, match=r"has no case of r1 \(there a; here b\)"):
        paired(one, two)


def test_nothing_is_compared_with_itself(tmp_path):
    one = table(tmp_path / "r1", [("a", "1", 0.5)])
    for against in (one, "ctr"):
        with pytest.raises(UsageError, match="compared with itself"):
            paired(one, against)


def test_what_is_neither_table_nor_column(tmp_path):
    one = table(tmp_path / "r1", [("a", "1", 0.5)])
    with pytest.raises(InputError, match=r"gone\.csv: is not there"):
        paired(one, "gone.csv")
    with pytest.raises(InputError, match="has no measurement 'reader'"):
        paired(one, "reader")
    (tmp_path / "wide.csv").write_text("id,ctr,note\na,.5,x\n")
    with pytest.raises(InputError, match=r"has no column 'reader' \(it has id, note\)"):
        paired(tmp_path / "wide.csv", "reader")
    with pytest.raises(InputError, match="has no number in the column note"):
        paired(tmp_path / "wide.csv", "note")


def test_two_columns_are_paired_row_by_row_and_one_subject_may_have_several_rows(tmp_path):
    (tmp_path / "wide.csv").write_text("subject,ctr,expert\n1,.5,.48\n1,.6,\n2,.4,none\n")
    found = paired(tmp_path / "wide.csv", "Expert")
    assert found.names == ("ctr", "expert")
    assert [(p.subject, p.first, p.second, p.reasons[1]) for p in found.pairs] == [
        ("1", 0.5, 0.48, ""),
        ("1", 0.6, None, "no value in the table"),
        ("2", 0.4, None, "'none' is not a number"),
    ]
    assert (found.tables, found.alone) == (False, ((), ()))


def test_two_measurements_of_one_table(tmp_path):
    one = table(tmp_path / "r1", [("a", "1", 0.5)])
    text = (one / "measurements.csv").read_text()
    (one / "measurements.csv").write_text(text + text.splitlines()[1].replace(",ctr,", ",ctr_widest,") + "\n")
    assert paired(one, "ctr_widest").names == ("ctr", "ctr_widest")


def test_the_table_that_tells_films_of_one_subject_gives_the_subjects(tmp_path):
    one = table(tmp_path / "r1", [("a", "a", 0.5), ("b", "b", 0.6)])
    two = table(tmp_path / "r2", [("a", "1", 0.5), ("b", "1", 0.6)])
    found = paired(one, two)
    assert {pair.subject for pair in found.pairs} == {"1"}
    assert found.cautions == ("subjects are those of r2, since r1 tells no two films of one subject",)
    assert {pair.subject for pair in paired(two, one).pairs} == {"1"}
    assert paired(two, one).cautions == ()


def test_tables_that_group_the_films_each_way_are_told(tmp_path):
    one = table(tmp_path / "r1", [("a", "1", 0.5), ("b", "1", 0.6), ("c", "2", 0.6)])
    two = table(tmp_path / "r2", [("a", "p", 0.5), ("b", "q", 0.6), ("c", "q", 0.6)])
    found = paired(one, two)
    assert [pair.subject for pair in found.pairs] == ["1", "1", "2"]
    assert found.cautions == ("r1 and r2 group the films into other subjects; those of r1 count",)


def test_names_are_as_long_as_it_takes_to_tell_the_tables_apart(tmp_path):
    one = table(tmp_path / "x" / "out", [("a", "1", 0.5)])
    two = table(tmp_path / "y" / "out", [("a", "1", 0.5)])
    assert paired(one, two).names == ("x/out", "y/out")
