"""What stands on the terminal: lines, tables, JSON, and streams that break."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medunet.cli.terminal import (
    columns,
    counted,
    cut,
    duration,
    hanging,
    plain,
    put,
    shortened,
    show,
    table,
)
from medunet.errors import OutputError


def test_words_stand_left_and_figures_right():
    lines = table(("film", "CTR", "status"), [("a", "0.5", "ok"), ("longer", "-", "missing"), ("b", "1,234", "ok")])
    assert lines == [
        "film      CTR  status",
        "a         0.5  ok",
        "longer      -  missing",
        "b       1,234  ok",
    ]


def test_a_table_without_rows_is_its_header():
    assert table(("model", "folder"), []) == ["model  folder"]


@given(st.lists(st.tuples(*[st.text("abc 1.2", max_size=60)] * 3), max_size=5), st.integers(20, 90))
def test_no_line_is_wider_than_the_terminal(rows, width):
    assert all(len(line) <= width for line in table(("name", "x", "remark"), rows, width))


def test_a_long_name_leaves_room_for_the_figures():
    name = "1.2.840." + "9" * 60 + ".17"
    line = table(("film", "CTR"), [(name, "0.512")], 60)[1]
    assert line.startswith("1.2.840.")
    assert ".17  0.512" in line


@given(st.text(max_size=40), st.integers(3, 40))
def test_a_shortened_name_fits_and_keeps_its_ends(name, size):
    short = shortened(name, size)
    assert len(short) <= size
    assert short == name or (short[0] == name[0] and short[-1] == name[-1] and "…" in short)


def test_cut_says_that_it_cut():
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
    assert cut("abcdef", None) == "abcdef"


@given(st.text("ab c", max_size=80), st.integers(10, 60))
def test_hanging_text_loses_no_word_and_fits(text, width):
    lines = hanging("key: ", text, width)
    assert " ".join(lines).split() == ["key:", *text.split()]
    assert all(len(line) <= width or " " not in line.strip() for line in lines)
    assert all(line.startswith("     ") for line in lines[1:])


def test_hanging_text_is_one_line_where_there_is_no_terminal():
    assert hanging("all films: ", "x " * 100, None) == ["all films: " + "x " * 100]


def test_names_of_files_cannot_steer_the_terminal():
    assert plain("film\x1b[31m\nred\r.png") == "film�[31m�red�.png"
    assert plain("Hüfte → 髖部\tx") == "Hüfte → 髖部\tx"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (425, "7 min 05 s"), (7800, "2 h 10 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_counted():
    assert (counted(1, "epoch"), counted(0, "film"), counted(2, "film")) == ("1 epoch", "0 films", "2 films")


def test_json_is_one_line_of_ascii_whatever_the_names(capsys):
    result = {"film": "Hüfte →\n\udce9.png", "value": None}
    show(result, ["ignored"], as_json=True)
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.count("\n") == 1
    assert json.loads(out) == result


def test_json_never_holds_what_json_does_not_know():
    with pytest.raises(ValueError, match="JSON"):
        show({"value": float("nan")}, [], as_json=True)


def test_lines_are_for_a_person(capsys):
    show({}, ["one", "t\x1bwo"], as_json=False)
    assert capsys.readouterr().out == "one\nt�wo\n"


class Broken:
    """Standard output that cannot be written."""

    def __init__(self, fault):
        self.fault = fault

    def write(self, text):
        raise self.fault

    def flush(self):
        raise self.fault

    def isatty(self):
        return False


def test_a_reader_that_left_is_no_fault(monkeypatch):
    discarded = []
    monkeypatch.setattr("medunet.cli.terminal.discard_output", lambda: discarded.append(True))
    monkeypatch.setattr("sys.stdout", Broken(BrokenPipeError()))
    put("text")
    assert discarded == [True]


def test_a_full_disk_is_one(monkeypatch):
    monkeypatch.setattr("medunet.cli.terminal.discard_output", lambda: None)
    monkeypatch.setattr("sys.stdout", Broken(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match="No space left on device"):
        put("text")


def test_nothing_is_cut_for_a_file(monkeypatch):
    monkeypatch.setattr("sys.stdout", Broken(None))
    assert columns() is None


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are another matter there")
def test_a_real_terminal_of_sixty_columns(films, tmp_path):
    """A bar while it works, none left behind, and a table that fits."""
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 60, 0, 0))
    environment = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    running = subprocess.Popen(
        [sys.executable, "-c", "from medunet.cli.entry import main; main()", "measure", str(films / "masks")],
        cwd=tmp_path,
        env=environment | {"TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):  # the other end closes
        while part := os.read(master, 65536):
            shown += part
    os.close(master)
    assert running.wait() == 0
    text = shown.decode()
    assert "measuring" in text
    assert "12/12" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "the cursor is back"
    lines = text[text.rindex("film ") :].splitlines()
    assert lines[0].split() == ["film", "CTR", "status", "verdict"]
    assert all(len(line) <= 60 for line in lines if not line.startswith("next: "))  # a call stays whole, to be copied
    assert lines[-1] == "12 films done"
