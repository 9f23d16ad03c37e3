"""The workflow of audit on small folders."""

from __future__ import annotations

import csv
import json

import numpy as np
import PIL.Image
import pytest

from medunet.auditing import CODES
from medunet.errors import InputError, OutputError, UsageError
from medunet.images import write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_film, subject_of
from medunet.workflows.audit import COLUMNS, audit


@pytest.fixture
def data(tmp_path):
    root = tmp_path / "films"
    # The first film of each subject: two of one person look alike, and these have no table that says so.
    firsts = [index for index in range(12) if subject_of(3, index)[1] == 0][:4]
    for index, number in enumerate(firsts):
        film = chest_film(3, number, size=96)
        write_png(root / "images" / f"film-{index}.png", film.image)
        write_labels(root / "masks" / f"film-{index}.png", film.labels)
    write_json(root / "masks" / "labels.json", SCHEME.to_mapping())
    return root


def rows(folder):
    with (folder / "audit.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_sound_films_leave_no_issue_and_a_row_for_each_check(data, tmp_path):
    done = audit(data, out=tmp_path / "out")
    assert not done.wrong, [(r.check.code, r.findings) for r in done.results if r.outcome == "issue"]
    found = rows(tmp_path / "out")
    assert tuple(found[0]) == COLUMNS
    assert {row["code"] for row in found} == set(CODES)
    assert all(row["cause"] for row in found)


def test_a_planted_defect_is_in_table_page_and_json(data, tmp_path):
    (data / "images" / "film-1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = audit(data, out=tmp_path / "out")
    assert done.wrong
    row = next(row for row in rows(tmp_path / "out") if row["code"] == "MU102")
    assert (row["outcome"], row["case"], row["file"]) == ("issue", "film-1", "film-1.png")
    assert row["cause"]
    assert row["remedy"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert "MU102 unreadable files" in page
    held = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert held["outcomes"] == dict(done.outcomes)
    assert held == json.loads(json.dumps(done.to_dict()))


def test_again_it_gives_the_same_bytes(data, tmp_path):
    audit(data, out=tmp_path / "out")
    first = (tmp_path / "out" / "audit.csv").read_bytes()
    audit(data, out=tmp_path / "out")
    assert (tmp_path / "out" / "audit.csv").read_bytes() == first
    assert len(list((tmp_path / "out" / "looks").iterdir())) == 1


def test_silenced_checks_are_said_to_be_so(data, tmp_path):
    array = np.asarray(PIL.Image.open(data / "images" / "film-0.png"))
    PIL.Image.fromarray(np.zeros_like(array)).save(data / "images" / "film-0.png")
    codes = [result.check.code for result in audit(data, out=tmp_path / "a").results if result.outcome == "issue"]
    assert "MU201" in codes
    done = audit(data, out=tmp_path / "a", silence=codes)
    assert not done.wrong
    assert done.outcomes["silenced"] == len(codes)


def test_data_that_training_refuses_are_audited(data, tmp_path):
    (data / "cases.csv").write_text("id,subject,split\n" + "".join(
        f"film-{n},one,{'train' if n else 'test'}\n" for n in range(4)))  # fmt: skip
    done = audit(data, out=tmp_path / "out")
    outcomes = {result.check.code: result.outcome for result in done.results}
    assert outcomes["MU101"] == outcomes["MU504"] == "issue"
    assert done.portrait.readable == 4


@pytest.mark.parametrize("words", [{"silence": ["MU999"]}, {"workers": 0}])
def test_wrong_words(data, tmp_path, words):
    with pytest.raises(UsageError):
        audit(data, out=tmp_path / "out", **words)
    assert not (tmp_path / "out").exists()


def test_a_foreign_folder_is_left_alone(data, tmp_path):
    with pytest.raises(OutputError, match="not made by medunet"):
        audit(data, out=data)


def test_nothing_to_look_at_leaves_nothing_behind(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no image"):
        audit(tmp_path / "empty", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folders_of_the_machine_are_not_in_the_results(data, tmp_path):
    (data / "images" / "film-1.png").write_bytes(b"")
    audit(data, out=tmp_path / "out")
    assert str(tmp_path) not in (tmp_path / "out" / "audit.csv").read_text()
    assert str(tmp_path) not in (tmp_path / "out" / "report.html").read_text()
