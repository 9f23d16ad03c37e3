from __future__ import annotations

import json

import pytest

from medunet.cases.labels_file import labels_beside, labels_of, read_labels
from medunet.errors import InputError


def test_both_directions_are_read():
    forward = labels_of({"background": 0, "right lung": 1, "heart": 3}, "labels.json")
    backward = labels_of({"0": "background", "3": "heart", "1": "right lung"}, "labels.json")
    assert forward == backward
    assert forward.values == ((1, "right lung"), (3, "heart"))


def test_colours_in_both_spellings():
    labels = labels_of({"heart": "#FF0000", "lung": [0, 0, 255], "background": "#000000"}, "labels.json")
    assert labels.colours == (((255, 0, 0), "heart"), ((0, 0, 255), "lung"))


def test_a_background_that_is_not_zero():
    labels = labels_of({"background": 255, "lung": 0}, "labels.json")
    assert (labels.background, labels.values) == (255, ((0, "lung"),))


def test_a_structure_that_is_a_number_is_a_name():
    assert labels_of({"1": 1}, "labels.json").values == ((1, "1"),)


@pytest.mark.parametrize(
    ("mapping", "fault"),
    [
        ([], "names no structure"),
        ({}, "names no structure"),
        ({"lung": 1, "heart": "#ff0000"}, "values to some names and colours to others"),
        ({"lung": 1, "heart": 1}, "has the value 1 more than once"),
        ({"Left_Lung": 1, "left lung": 2}, "has the name left lung more than once"),
        ({"background": 0}, "nothing but the background"),
        ({"lung": -1}, "the entry 'lung': -1"),
        ({"lung": True}, "the entry 'lung': True"),
        ({"lung": [1, 2]}, "the entry 'lung': [1, 2]"),
        ({"lung": 1.5}, "the entry 'lung': 1.5"),
        ({"lung": 70000}, "the entry 'lung': 70000"),
    ],
)
def test_faults_are_named(mapping, fault):
    with pytest.raises(InputError) as caught:
        labels_of(mapping, "labels.json")
    assert fault in str(caught.value)
    assert str(caught.value).startswith("labels.json: ")


def test_no_json(tmp_path):
    (tmp_path / "labels.json").write_text("{lung: 1}")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        read_labels(tmp_path / "labels.json")


def test_what_the_disk_says_is_no_fault_of_the_entries(tmp_path):
    (tmp_path / "labels.json").symlink_to("labels.json")
    with pytest.raises(InputError, match=r"cannot be read \(Too many levels of symbolic links\)"):
        read_labels(tmp_path / "labels.json")


@pytest.mark.parametrize("text", ['{"1": "heart", "2": "lung", "2": "liver"}', '{"heart": 1, "heart": 2}'])
def test_an_entry_that_is_there_twice_is_refused(tmp_path, text):
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(InputError, match=r"labels\.json: has the entry '.*' more than once"):
        read_labels(tmp_path / "labels.json")


def test_the_nearest_file_counts(tmp_path):
    masks = tmp_path / "data" / "masks" / "val"
    masks.mkdir(parents=True)
    assert labels_beside([masks / "a.png"], tmp_path / "data") is None
    (tmp_path / "labels.json").write_text(json.dumps({"outside": 1}))
    assert labels_beside([masks / "a.png"], tmp_path / "data") is None
    (tmp_path / "data" / "labels.json").write_text(json.dumps({"far": 1}))
    assert labels_beside([masks / "a.png"], tmp_path / "data").values == ((1, "far"),)
    (tmp_path / "data" / "masks" / "labels.json").write_text(json.dumps({"near": 1}))
    assert labels_beside([masks / "a.png"], tmp_path / "data").values == ((1, "near"),)


@pytest.mark.parametrize("text", ["[" * 90_000, '{"a": ' * 90_000, '{"a": ' + "9" * 9000 + "}", '{"a": [[[[1]]]]}'])
def test_json_made_to_hurt_is_one_short_line(tmp_path, text):
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "labels.json")
    assert len(str(caught.value)) < 400
