"""A large batch with bad files among it: the others are done, each bad one has its reason, a second call is short.

`convert` takes a thousand films; the other commands, which measure and draw, take fewer.
"""

from __future__ import annotations

import csv
import os
import shutil

import numpy as np
import PIL.Image
import pytest
import torch

from medunet.cli.entry import run

BAD = {
    "nothing.png": b"",
    "text.png": b"this is no picture",
    "half.png": None,
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The disk is not waited for, overlays are not drawn, and one thread is enough for films of a few pixels."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    for command in ("predict", "measure"):
        monkeypatch.setattr(f"medunet.workflows.{command}.overlay", lambda *_: PIL.Image.new("L", (2, 2)))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def batch(films, tmp_path):
    """Films and masks, of which every twentieth cannot be read; gives their folder and the names of the bad ones."""

    def make(count, spoilt):
        samples = sorted((films / "images").glob("*.png"))
        pixels = [np.asarray(PIL.Image.open(path).convert("L")) for path in samples]
        bad = {}
        for folder in ("images", "masks"):
            (tmp_path / "data" / folder).mkdir(parents=True)
        for number in range(count):
            image = tmp_path / "data" / "images" / f"film-{number:04d}.png"
            mask = tmp_path / "data" / "masks" / image.name
            film = pixels[number % len(samples)].copy()
            film[0, :2] = divmod(number, 256)  # no two films are alike
            PIL.Image.fromarray(film).save(image)
            shutil.copyfile(films / "masks" / samples[number % len(samples)].name, mask)
            if number % 20 == 7:
                path = tmp_path / "data" / spoilt / image.name
                whole = path.read_bytes()
                content = list(BAD.values())[len(bad) % len(BAD)]
                path.write_bytes(whole[: len(whole) // 2] if content is None else content)
                bad[image.stem] = whole
        shutil.copyfile(films / "masks" / "labels.json", tmp_path / "data" / "masks" / "labels.json")
        return tmp_path / "data", bad

    return make


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def times(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.png")}


@pytest.mark.parametrize(("command", "count"), [("convert", 1000), ("measure", 400), ("predict", 200)])
def test_a_batch_with_bad_files(batch, tiny_run, tmp_path, capsys, command, count):
    data, bad = batch(count, "masks" if command == "measure" else "images")
    out, good = tmp_path / "out", count - count // 20
    words = {
        "convert": ["convert", data],
        "measure": ["measure", data / "masks", "--images", data / "images"],
        "predict": ["predict", data / "images", "--model", tiny_run, "--device", "cpu"],
    }[command]
    words = [*map(str, words), "--out", str(out), "--quiet"]
    table = out / ("cases.csv" if command == "convert" else "measurements.csv")
    results = out / {"convert": "images", "measure": "overlays", "predict": "masks"}[command]

    assert run(words) == 3
    assert f"{len(bad)} failed (reasons in {out / 'failed.csv'})" in capsys.readouterr().out.splitlines()[-1]
    failed = {row["case"]: row for row in rows_of(out / "failed.csv")}
    assert set(failed) == set(bad)
    assert all(row["reason"] and row["file"] == f"{case}.png" for case, row in failed.items())
    assert len({row["reason"] for row in failed.values()}) >= len(BAD)
    done = {row.get("case") or row["id"] for row in rows_of(table)}
    assert len(done) == good
    assert not done & set(bad)
    assert {path.stem for path in results.glob("*.png")} == done

    before, said = times(out), table.read_bytes()
    assert run(words) == 3
    capsys.readouterr()
    assert table.read_bytes() == said
    assert {path for path, time in times(out).items() if before.get(path) != time} == set()

    # What was bad is put right: only that is done now.
    for case, whole in bad.items():
        (data / ("masks" if command == "measure" else "images") / f"{case}.png").write_bytes(whole)
    assert run(words) == 0
    assert not (out / "failed.csv").exists()
    assert len({row.get("case") or row["id"] for row in rows_of(table)}) == count
    fresh = {path.stem for path, time in times(out).items() if before.get(path) != time}
    assert fresh == set(bad)


def test_an_audit_of_a_batch_with_bad_files(batch, tmp_path, capsys, monkeypatch):
    data, bad = batch(100, "images")
    words = ["audit", str(data), "--out", str(tmp_path / "out"), "--quiet"]
    assert run(words) == 3
    capsys.readouterr()
    found = [row for row in rows_of(tmp_path / "out" / "audit.csv") if row["file"] and row["outcome"] == "issue"]
    unreadable = {row["file"].removesuffix(".png") for row in found if row["file"].startswith("film-")}
    assert set(bad) <= unreadable
    from medunet.auditing import rounds

    plain, looked = rounds.look_at, []
    monkeypatch.setattr(rounds, "look_at", lambda case: looked.append(case.id) or plain(case))
    assert run(words) == 3
    assert set(looked) == set(bad)
