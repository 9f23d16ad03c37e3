"""`medunet audit`."""

from __future__ import annotations

import json


def test_a_folder(medunet, films, inside):
    ended = medunet("audit", films)
    assert ended.code in (0, 3)
    lines = ended.out.splitlines()
    assert lines[0] == "12 cases, 12 subjects, 12 readable masks"
    assert lines[-2] == "look at audit/report.html"
    assert lines[-1].startswith("next: ")
    assert lines[-1].endswith(f"medunet plan {films}")
    assert ("fix what audit.csv lists" in lines[-1]) == (ended.code == 3)
    assert (inside / "audit" / "audit.csv").is_file()


def test_an_issue_is_exit_code_3_and_silence_is_none(medunet, own_films, inside):
    (own_films / "images" / "film-00.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ended = medunet("audit", own_films, "--json")
    assert ended.code == 3
    held = json.loads(ended.out)
    codes = [check["code"] for check in held["checks"] if check["outcome"] == "issue"]
    assert "MU102" in codes
    words = [word for code in codes for word in ("--silence", code)]
    ended = medunet("audit", own_films, *words)
    assert ended.code == 0
    assert f"silenced: {codes[0]}" in ended.out


def test_findings_are_said_with_their_case(medunet, own_films, inside):
    (own_films / "masks" / "film-03.png").write_bytes((own_films / "masks" / "film-04.png").read_bytes())
    ended = medunet("audit", own_films, "--quiet")
    assert ended.code == 3
    assert "issue MU308 one mask for several films: 1 finding" in ended.out
    assert "film-03" in ended.out
    assert ended.err == ""


def test_wrong_words(medunet, films, inside):
    ended = medunet("audit", films, "--silence", "MU1")
    assert ended.code == 2
    assert "MU1" in ended.message
    assert medunet("audit", films, "--workers", 0).code == 2
    assert medunet("audit", inside / "nowhere").code == 1
