from __future__ import annotations

import pytest

from medunet.auditing import memory
from medunet.auditing.look import Fault, Look
from medunet.auditing.memory import keep, noting, recall

LOOK = Look(film_fault=Fault("unreadable", "a.png", "is empty", "Copy it again"))


def test_what_is_kept_is_recalled(tmp_path):
    keep(tmp_path / "looks", {"a": LOOK})
    keep(tmp_path / "looks", {"b": LOOK})
    assert recall(tmp_path / "looks") == {"a": LOOK, "b": LOOK}
    assert len(list((tmp_path / "looks").iterdir())) == 2


def test_nothing_makes_no_file(tmp_path):
    keep(tmp_path / "looks", {})
    assert not (tmp_path / "looks").exists()
    assert recall(tmp_path / "looks") == {}


def test_broken_lines_are_as_good_as_none(tmp_path):
    keep(tmp_path, {"a": LOOK, "b": LOOK})
    part = next(tmp_path.glob("*.jsonl"))
    first, second = part.read_text().splitlines()
    part.write_text(f"{first}\n{second[:40]}\nnot json\n[]\n")
    (tmp_path / "00002.jsonl").write_bytes(b"\xff\xfe\x00")
    (tmp_path / ".0123abcd-00003.jsonl").write_text(f"{second}\n")
    assert recall(tmp_path) == {"a": LOOK}


def test_notes_are_written_after_so_many(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MOST", 2)
    with noting(tmp_path) as notes:
        notes.add("a", LOOK)
        assert recall(tmp_path) == {}
        notes.add("b", LOOK)
        notes.add("c", LOOK)
        assert set(recall(tmp_path)) == {"a", "b"}
    assert set(recall(tmp_path)) == {"a", "b", "c"}


def test_notes_are_written_when_they_took_long(tmp_path):
    now, held = [100.0], []
    with noting(tmp_path, lambda: now[0]) as notes:
        for seconds, name in ((19.9, "a"), (0.1, "b"), (19.9, "c"), (600.0, "d")):
            now[0] += seconds
            notes.add(name, LOOK)
            held.append(len(recall(tmp_path)))
    assert held == [0, 2, 2, 4]


def test_notes_are_written_when_the_block_is_left_in_a_hurry(tmp_path):
    def stopped(notes):
        notes.add("a", LOOK)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), noting(tmp_path) as notes:
        stopped(notes)
    assert set(recall(tmp_path)) == {"a"}
