from __future__ import annotations

import pytest

from medunet.cases.source_file import open_source
from medunet.errors import InputError


def test_a_folder_a_file_and_a_yaml(tmp_path):
    (tmp_path / "films").mkdir()
    assert open_source(f"{tmp_path}/films/").root == tmp_path / "films"
    (tmp_path / "data.yaml").write_text(
        "folder: films\nrename: {left lung: lung}\nlabels: {lung: 1}\nsubject: name\n", encoding="utf-8"
    )
    source = open_source(tmp_path)
    assert (source.root, dict(source.rename), source.subject) == (tmp_path / "films", {"left lung": "lung"}, "name")
    assert source.labels.values == ((1, "lung"),)
    assert open_source(tmp_path / "data.yaml") == source


def test_labels_in_a_file_and_the_yamls_own_folder(tmp_path):
    (tmp_path / "names.json").write_text('{"heart": 2}')
    (tmp_path / "my.yml").write_text("labels: names.json\n")
    source = open_source(tmp_path / "my.yml")
    assert (source.root, source.labels.values) == (tmp_path, ((2, "heart"),))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("folders: x", "unknown key folders. Known keys: folder, rename, labels, subject"),
        ("folder: gone", "names the folder gone, which is not there"),
        ("- a", "holds no keys"),
        ("a: [", "cannot be read as YAML near line"),
        ("rename: [a, b]", "rename is no list of names"),
        ("rename: {a: 1}", "rename is no list of names"),
        ("subject: 3", "subject is 3"),
        ("labels: []", "names no structure"),
        ("folder: !!python/object/apply:os.getcwd []", "cannot be read as YAML"),
    ],
)
def test_faults(tmp_path, text, fault):
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(InputError, match=fault) as caught:
        open_source(tmp_path)
    assert "\n" not in str(caught.value)


def test_nothing_there(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        open_source(tmp_path / "gone")
