from __future__ import annotations

import pytest

from medunet.cases import Case
from medunet.errors import InputError
from medunet.measuring import COLUMNS, Measurement, rows
from medunet.workflows.measurement_table import as_written, complete_table, read_table, write_table

FOUND = (
    Measurement("ctr", "", 0.123456789, "ratio", low=0.1, high=0.2, level=0.9, verdict="normal"),
    Measurement("area", "=heart", None, "px", "missing", "heart is missing"),
)


def made(case, quality=0.5):
    return [as_written(row) for row in rows(case, f"of {case}", FOUND, source="m", quality=quality)]


@pytest.fixture
def cases(tmp_path):
    return [Case(name, name, (tmp_path / f"{name}.png",)) for name in ("a", "b", "c")]


def test_a_table_is_read_back_as_it_was_written(tmp_path):
    table = {"a": made("a"), "=b": made("=b", None)}
    write_table(tmp_path, table, {"a": ("odd",)})
    assert read_table(tmp_path / "measurements.csv") == table
    assert read_table(tmp_path / "nowhere.csv") == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: "case,value\na,1\n",
        lambda text: "\x00",
        lambda text: text.replace(",", ";"),
        lambda text: text.replace("0.123457", "much"),
        lambda text: text.replace("0.123457", "nan"),
        lambda text: text.rstrip("\n") + ",one cell more\n",
        lambda text: text[: text.rindex(",")],
    ],
)
def test_a_table_that_other_programs_changed_is_none(tmp_path, spoil):
    path = tmp_path / "measurements.csv"
    write_table(tmp_path, {"a": made("a")}, {})
    path.write_text(spoil(path.read_text()))
    assert read_table(path) == {}


def test_what_is_missing_is_done_and_what_failed_is_named(tmp_path, cases, heard):
    def one(case):
        if case.id == "b":
            raise InputError(case.id, "is broken", "Mend it")
        return made(case.id), (f"{case.id} is odd",)

    before = {"c": made("c")}
    write_table(tmp_path, before, {"c": ("c was odd",)})
    done = complete_table(tmp_path, "doing", cases, before, one, lambda case: (), heard)
    assert (list(done.table), done.kept, done.failed) == (["a", "c"], 1, {"b": "is broken. Mend it"})
    assert done.notes == {"a": ("a is odd",), "c": ("c was odd",)}
    assert heard.said == ["b: is broken. Mend it.", "1 film: a is odd (a)", "1 film: c was odd (c)"]
    assert read_table(tmp_path / "measurements.csv") == done.table
    assert [tuple(row) for row in done.rows] == [COLUMNS] * 4
    assert (tmp_path / "failed.csv").read_text() == "case,file,reason\nb,b.png,is broken. Mend it\n"


def test_a_call_that_is_killed_loses_no_note_of_what_it_keeps(tmp_path, cases, heard, monkeypatch):
    """The notes are written before the rows: a case with rows is not read again."""
    from medunet.workflows import measurement_table as module

    def killed(*told):
        raise SystemExit

    monkeypatch.setattr(module, "write_notes", killed)
    with pytest.raises(SystemExit):
        complete_table(tmp_path, "doing", cases, {}, lambda case: (made(case.id), ("odd",)), lambda case: (), heard)
    assert not (tmp_path / "measurements.csv").exists()
