from __future__ import annotations

from medunet.workflows.progress import SILENT, Progress


def test_silence_says_nothing(capsys):
    listener: Progress = SILENT
    listener.say("x")
    listener.begin("work", 3)
    listener.advance(1, "note")
    listener.end()
    assert capsys.readouterr() == ("", "")
