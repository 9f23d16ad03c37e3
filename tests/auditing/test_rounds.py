from __future__ import annotations

import os

import pytest

from medunet.auditing import rounds
from medunet.auditing.gathering import gather
from medunet.auditing.rounds import look_at_all
from medunet.images import limits_set


@pytest.fixture
def counted(monkeypatch):
    """The cases that were really looked at."""
    seen = []
    own = rounds.look_at
    monkeypatch.setattr(rounds, "look_at", lambda case: (seen.append(case.id), own(case))[1])
    return seen


def test_each_case_once_and_again_none(sound, tmp_path, counted):
    cases = gather(sound).cases[:4]
    first = look_at_all(cases, memory=tmp_path)
    assert counted == [case.id for case in cases]
    assert look_at_all(cases, memory=tmp_path) == first
    assert len(counted) == 4


def test_what_changed_is_looked_at_again(films, tmp_path, counted, change):
    look_at_all(gather(films).cases[:3], memory=tmp_path)
    change(films / "images" / "film-01.png", lambda array: 255 - array)
    look_at_all(gather(films).cases[:3], memory=tmp_path)
    assert counted[3:] == ["film-01"]


def test_a_broken_off_round_is_kept(sound, tmp_path, monkeypatch):
    cases, own, seen = gather(sound).cases[:5], rounds.look_at, []

    def stopping(case):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(case.id)
        return own(case)

    monkeypatch.setattr(rounds, "look_at", stopping)
    with pytest.raises(KeyboardInterrupt):
        look_at_all(cases, memory=tmp_path)
    monkeypatch.setattr(rounds, "look_at", lambda case: (seen.append(case.id), own(case))[1])
    look_at_all(cases, memory=tmp_path)
    assert seen == [case.id for case in cases]


def test_several_processes_see_the_same(sound, memory):
    cases = gather(sound).cases[:6]
    assert look_at_all(cases, workers=2) == look_at_all(cases, memory=memory)


def test_several_processes_keep_to_the_limits_of_the_caller(sound):
    cases = gather(sound).cases[:6]
    with limits_set(max_pixels=1000):
        looks = look_at_all(cases, workers=2)
    assert all(look.film_fault is not None and "max_pixels" in look.film_fault.remedy for look in looks)


def test_faults_are_not_remembered(films, tmp_path, counted):
    path = films / "images" / "film-00.png"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert look_at_all(gather(films).cases[:1], memory=tmp_path)[0].film_fault is not None
    path.write_bytes(whole)
    assert look_at_all(gather(films).cases[:1], memory=tmp_path)[0].film is not None
    assert counted == ["film-00", "film-00"]


def test_a_pipe_among_the_films_is_a_fault_and_no_end(films, tmp_path):
    os.mkfifo(films / "images" / "pipe.png")
    cases = [case for case in gather(films).cases if case.id == "pipe"]
    (look,) = look_at_all(cases, memory=tmp_path)
    assert "is a pipe" in look.film_fault.what


def test_it_tells_how_far_it_is(sound, memory):
    heard = []
    look_at_all(gather(sound).cases[:3], told=lambda done, name: heard.append((done, name)))
    assert heard == [(1, "film-00"), (2, "film-01"), (3, "film-02")]
