"""Progress: plain lines with the time left, a bar on a terminal, and neither may stop the work."""

from __future__ import annotations

import io
import sys

import pytest

from medunet.cli.progress import Bar, Lines, progress_shown
from medunet.workflows.progress import SILENT


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_lines_say_how_far_and_how_long(capsys, clock):
    lines = Lines()
    lines.begin("training", 100)
    clock[0] += 20
    lines.advance(25, "loss 0.5")
    assert capsys.readouterr().err == "training: 25/100, loss 0.5, 1 min 00 s left\n"


def test_lines_come_every_ten_seconds_at_most(capsys, clock):
    lines = Lines()
    lines.begin("reading", 1000)
    for done in range(1, 1001):
        clock[0] += 0.1
        lines.advance(done)
    assert len(capsys.readouterr().err.splitlines()) in (9, 10)


def test_a_second_task_starts_anew(capsys, clock):
    lines = Lines()
    lines.begin("reading", 10)
    clock[0] += 50
    lines.end()
    lines.begin("training", 10)
    clock[0] += 10
    lines.advance(5)
    assert capsys.readouterr().err == "training: 5/10, 10 s left\n"


def test_progress_never_goes_to_standard_output(capsys, clock):
    with progress_shown(quiet=False) as progress:
        progress.say("a film was left out")
        progress.begin("reading", 2)
        clock[0] += 11
        progress.advance(1, "film")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[0] == "a film was left out"


def test_quiet_is_silent():
    with progress_shown(quiet=True) as progress:
        assert progress is SILENT


def test_a_log_that_nobody_reads_any_more_does_not_stop_the_work(monkeypatch, clock):
    class Gone:
        def write(self, text):
            raise BrokenPipeError

        def flush(self):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    lines = Lines()
    lines.say("hello")
    lines.begin("training", 10)
    clock[0] += 11
    lines.advance(5)
    lines.end()


def test_names_cannot_steer_the_terminal(capsys):
    Lines().say("film\x1b[2J.png: is damaged")
    assert capsys.readouterr().err == "film�[2J.png: is damaged\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def on_terminal(monkeypatch):
    """Make standard error a terminal; only from within a test, for pytest puts its own in place before each."""

    def begin():
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return begin


def test_a_terminal_gets_a_bar(on_terminal):
    terminal = on_terminal()
    with progress_shown(quiet=False) as progress:
        assert isinstance(progress, Bar)
        progress.begin("predicting", 4)
        progress.advance(3, "film-07")
        progress.end()
        progress.say("model: run/model")
    shown = terminal.getvalue()
    assert "predicting" in shown
    assert "3/4" in shown
    assert "film-07" in shown
    assert "model: run/model\n" in shown


@pytest.mark.parametrize("name", ["film [/red]", "film [bold]x", "a[/]b"])
def test_a_name_in_brackets_is_no_markup(on_terminal, name):
    terminal = on_terminal()
    with progress_shown(quiet=False) as progress:
        progress.begin(name, 1)
        progress.advance(1, name)
        progress.say(name)
    assert terminal.getvalue().count(name) >= 3


def test_the_cursor_is_back_when_the_work_is_stopped(on_terminal):
    terminal = on_terminal()
    hide, bring_back = "\x1b[?25l", "\x1b[?25h"

    def stopped():
        with progress_shown(quiet=False) as progress:
            progress.begin("measuring", 4)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    shown = terminal.getvalue()
    assert hide in shown
    assert shown.rindex(bring_back) > shown.rindex(hide)
