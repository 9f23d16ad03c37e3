from __future__ import annotations

import json
from pathlib import Path

import pytest

from medunet.cases.folders import OUTPUT_MARK, image_files, name_and_ending, result_folders


def test_hidden_files_and_documents_are_left_out_and_broken_images_kept(tmp_path, pen):
    pen.draw(tmp_path / "a.png", pen.film())
    pen.draw(tmp_path / "sub" / "b.PNG", pen.film())
    pen.draw(tmp_path / "._a.png", pen.film())
    pen.draw(tmp_path / ".cache" / "c.png", pen.film())
    pen.draw(tmp_path / "__MACOSX" / "d.png", pen.film())
    (tmp_path / "broken.png").write_text("text")
    (tmp_path / "notes.txt").write_text("text")
    (tmp_path / "no_ending").write_bytes((tmp_path / "a.png").read_bytes())
    (tmp_path / "unknown.bin").write_bytes(b"\x00" * 10)
    assert [path.name for path in image_files(tmp_path)] == ["a.png", "broken.png", "no_ending", "b.PNG"]


def test_linked_folders_are_followed_once(tmp_path, pen):
    pen.draw(tmp_path / "real" / "a.png", pen.film())
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "real")
    (tmp_path / "data" / "loop").symlink_to(tmp_path / "data")
    assert [path.relative_to(tmp_path).as_posix() for path in image_files(tmp_path / "data")] == ["data/link/a.png"]


def test_endings_of_two_parts():
    assert name_and_ending(Path("x/a.b.nii.gz")) == ("a.b", ".nii.gz")
    assert name_and_ending(Path("A.PNG")) == ("A", ".PNG")
    assert name_and_ending(Path("1.2.840")) == ("1.2.840", "")


def mark(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / OUTPUT_MARK).write_text(text)


@pytest.mark.parametrize("command", ["predict", "train", "audit"])
def test_results_among_the_data_are_no_data(tmp_path, pen, command):
    pen.draw(tmp_path / "a.png", pen.film())
    pen.draw(tmp_path / "deep" / "out" / "overlays" / "a.png", pen.film())
    mark(tmp_path / "deep" / "out", json.dumps({"command": command}))
    assert [path.name for path in image_files(tmp_path)] == ["a.png"]
    assert result_folders(tmp_path) == [tmp_path / "deep" / "out"]
    # Who names the folder means it.
    assert len(image_files(tmp_path / "deep" / "out")) == 1
    assert result_folders(tmp_path / "deep" / "out") == []


@pytest.mark.parametrize("text", ['{"command": "convert"}', "half a {", "[1]", '{"other": 1}'])
def test_what_convert_made_is_data_and_so_is_what_only_looks_marked(tmp_path, pen, text):
    pen.draw(tmp_path / "part" / "images" / "a.png", pen.film())
    mark(tmp_path / "part", text)
    assert [path.name for path in image_files(tmp_path)] == ["a.png"]
    assert result_folders(tmp_path) == []
