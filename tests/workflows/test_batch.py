from __future__ import annotations

import os

import pytest

from medunet.cases import Case
from medunet.errors import InputError, OutputError
from medunet.workflows.batch import SAVE_EVERY, read_rows, run_batch, unchanged, write_failed


def cases_of(count):
    from pathlib import Path

    return [Case(f"c{number}", "s", (Path(f"c{number}.png"),)) for number in range(count)]


@pytest.fixture
def go(heard):
    """Run a batch; gives what was done, and how much was done at each saving."""

    def run(cases, one=lambda case: None, *, kept=0, files=lambda case: ()):
        done, saved = [], []

        def add(case):
            one(case)
            done.append(case.id)

        def save():
            saved.append(len(done))

        try:
            failed = run_batch("doing", cases, add, files=files, save=save, kept=kept, progress=heard)
        except BaseException as fault:
            return done, saved, fault
        return done, saved, failed

    return run


def test_one_that_fails_fails_alone_and_leaves_nothing(go, heard, tmp_path):
    def one(case):
        (tmp_path / case.id).write_text("made")
        if case.id == "c1":
            raise InputError(case.id, "is broken", "Mend it")

    done, _, failed = go(cases_of(3), one, files=lambda case: (tmp_path / case.id, tmp_path / "never"))
    assert (done, failed) == (["c0", "c2"], {"c1": "is broken. Mend it"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c0", "c2"]
    assert heard.said == ["c1: is broken. Mend it."]
    assert heard.advanced["doing"] == [(1, "c0"), (2, "c1"), (3, "c2")]
    assert heard.open is None


def test_each_remedy_is_said_once(go, heard):
    def one(case):
        raise InputError(case.id, "is broken", "Throw it away" if case.id == "c2" else "Mend it")

    go(cases_of(4), one)
    assert heard.said == ["c0: is broken. Mend it.", "c1: is broken", "c2: is broken. Throw it away.", "c3: is broken"]


def test_nothing_left_is_no_task(go, heard):
    assert go([]) == ([], [], {})
    assert heard.tasks == []


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OutputError("x", "the disk is full", "Free some")])
def test_what_is_done_is_saved_where_it_is_stopped(go, heard, fault):
    def one(case):
        if case.id == "c2":
            raise fault

    assert go(cases_of(4), one) == (["c0", "c1"], [2], fault)
    assert heard.open is None


def test_a_large_batch_is_not_saved_all_the_time(go):
    _, saved, _ = go(cases_of(10 * SAVE_EVERY))
    assert saved == [SAVE_EVERY * (number + 1) for number in range(10)]
    _, saved, _ = go(cases_of(10 * SAVE_EVERY), kept=100 * SAVE_EVERY)
    assert saved == [5 * SAVE_EVERY]


def test_failures_are_written_and_taken_away(tmp_path):
    write_failed(tmp_path, cases_of(2), {"c1": "is broken"})
    assert read_rows(tmp_path / "failed.csv") == [{"case": "c1", "file": "c1.png", "reason": "is broken"}]
    write_failed(tmp_path, cases_of(2), {})
    assert not (tmp_path / "failed.csv").exists()


def test_what_is_older_than_its_source_or_not_there_has_changed(tmp_path):
    for number, name in enumerate(("source", "one", "two")):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1000 + number, 1000 + number))
    source, one, two = (tmp_path / name for name in ("source", "one", "two"))
    assert unchanged([one, two], [source])
    assert unchanged([one], [one])
    assert not unchanged([one, two], [source, two])
    assert not unchanged([one, tmp_path / "gone"], [source])
    assert not unchanged([one], [tmp_path / "gone"])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,'=2\n", [{"a": "1", "b": "=2"}]),
        ("a,b\n", []),
        ("", []),
        ("a,b\n1\n", []),
        ("a,b\n1,2,3\n", []),
        ('a,b\n"1,2\n', []),
        ("a\n\udcff\n", []),
    ],
)
def test_rows_are_read_whole_or_not_at_all(tmp_path, text, rows):
    (tmp_path / "t.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_rows(tmp_path / "t.csv") == rows
