from __future__ import annotations

from medunet.auditing.look import Fault, Look
from medunet.auditing.memory import keep, recall

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
    assert recall(tmp_path) == {"a": LOOK}
