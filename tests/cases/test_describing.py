from __future__ import annotations

import os

import pytest

from medunet.cases import read_cases
from medunet.cases.describing import describing_file
from medunet.errors import InputError


def test_the_first_name_that_is_a_file(tmp_path):
    assert describing_file(tmp_path, "a", "b") is None
    (tmp_path / "b").touch()
    (tmp_path / "link").symlink_to("b")
    assert describing_file(tmp_path, "a", "b") == tmp_path / "b"
    assert describing_file(tmp_path, "link") == tmp_path / "link"


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda path: path.symlink_to("nowhere"), "a link that leads to no file"),
        (lambda path: path.symlink_to(path.name), "a link that leads to no file"),
        (lambda path: path.mkdir(), "a folder or a pipe"),
        (os.mkfifo, "a folder or a pipe"),
    ],
    ids=["lost", "loop", "folder", "pipe"],
)
@pytest.mark.parametrize("name", ["cases.csv", "cases.csv.gz", "data.yaml", "labels.json"])
def test_a_table_that_is_no_file_is_not_passed_over(tmp_path, pen, name, make, what):
    pen.pairs(tmp_path, ["a", "b"])
    make(tmp_path / ("masks/" if name == "labels.json" else "") / name)
    with pytest.raises(InputError, match=rf"{name}: is {what}"):
        read_cases(tmp_path)
