from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
import torch

from medunet.cases import read_cases
from medunet.errors import InputError
from medunet.planning import SampleCache, prepare, prepare_labels, stack
from medunet.planning.cache import Sample

CLASSES = ("right lung", "left lung", "heart")


@pytest.fixture
def store(tmp_path, how):
    return SampleCache(tmp_path / "cache", how((32, 32)), CLASSES)


@pytest.fixture
def case(phantoms):
    return phantoms.cases[0]


@pytest.fixture
def moved(phantoms, tmp_path):
    """The same data under other names, free to be changed."""
    first = phantoms.cases[0]
    for path in (first.images[0], first.target.paths[0]):
        copy = tmp_path / "moved" / path.parent.name / "other.png"
        copy.parent.mkdir(parents=True)
        shutil.copyfile(path, copy)
    shutil.copyfile(first.target.paths[0].parent / "labels.json", tmp_path / "moved" / "masks" / "labels.json")
    return read_cases(tmp_path / "moved").cases[0]


def entries(store):
    return sorted(store.folder.iterdir()) if store.folder.is_dir() else []


def same(one, other):
    return torch.equal(one.image, other.image) and torch.equal(one.target, other.target)


def unreadable(self):
    raise AssertionError("the film was decoded again")


def test_a_sample_is_what_preprocessing_makes(store, case):
    sample = store.get(case)
    image, placement = prepare(case.read_image(), store.how)
    assert sample.case == case.id
    assert sample.image.dtype == torch.float16
    assert sample.target.dtype == torch.uint8
    assert torch.equal(sample.image, image.half())
    assert torch.equal(sample.target, prepare_labels(case.read_target(), CLASSES, placement))


def test_the_second_time_nothing_is_decoded(store, case, monkeypatch):
    first = store.get(case)
    monkeypatch.setattr(type(case), "read_image", unreadable)
    assert same(store.get(case), first)
    assert len(entries(store)) == 1


def test_a_known_key_spares_reading_the_files(store, case, monkeypatch):
    key = case.content_key()
    first = store.get(case, key)
    monkeypatch.setattr(type(case), "content_key", unreadable)
    monkeypatch.setattr(type(case), "read_image", unreadable)
    assert same(store.get(case, key), first)


def test_the_same_content_under_another_name_is_the_same_entry(store, case, moved, monkeypatch):
    first = store.get(case)
    monkeypatch.setattr(type(case), "read_image", unreadable)
    again = store.get(moved)
    assert same(again, first)
    assert again.case == moved.id != case.id


@pytest.mark.parametrize("which", ["image", "mask"])
def test_a_changed_file_is_a_new_entry(store, moved, which):
    store.get(moved)
    path = moved.images[0] if which == "image" else moved.target.paths[0]
    array = np.array(PIL.Image.open(path))
    array[20:40, 20:40] = array.max()
    PIL.Image.fromarray(array).save(path)
    sample = store.get(moved)
    assert len(entries(store)) == 2
    assert same(sample, SampleCache(None, store.how, CLASSES).get(moved))


def test_another_setting_is_a_new_entry(store, case, how):
    store.get(case)
    others = [
        replace(store, how=how((32, 64))),
        replace(store, how=how((32, 32), "stretch")),
        replace(store, how=how((32, 32), low=1.0)),
        replace(store, how=how((32, 32), kind="window", low=0, high=99.5)),
        replace(store, classes=("heart", "left lung", "right lung")),
        replace(store, classes=("right lung", "left lung")),
        replace(store, classes=("right lung|left lung", "heart")),
    ]
    for number, other in enumerate(others, start=2):
        other.get(case)
        assert len(entries(store)) == number


def test_renamed_structures_are_a_new_entry(store, phantoms):
    root = phantoms.cases[0].images[0].parents[1]
    merged = read_cases(root, rename={"right lung": "lung", "left lung": "lung"}).cases[0]
    store.get(phantoms.cases[0])
    lung = replace(store, classes=("lung", "heart")).get(merged)
    assert len(entries(store)) == 2
    assert lung.target.max() == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "foreign", "folder"])
def test_a_damaged_entry_is_made_again(store, case, damage):
    first = store.get(case)
    (entry,) = entries(store)
    content = bytearray(entry.read_bytes())
    if damage == "flipped":
        content[-100] ^= 1  # one bit of one pixel
    entry.unlink()
    if damage == "folder":
        entry.mkdir()
    else:
        entry.write_bytes({"cut": content[:-1], "emptied": b"", "foreign": b"\x80\x04." * 99}.get(damage, content))
    assert same(store.get(case), first)
    if damage != "folder":
        fresh = entry.read_bytes()
        assert same(store.get(case), first)
        assert entry.read_bytes() == fresh


def test_a_cache_that_cannot_be_written_stops_nobody(store, case, tmp_path):
    (tmp_path / "file").write_text("in the way")
    blocked = replace(store, folder=tmp_path / "file" / "cache")
    assert same(blocked.get(case), store.get(case))
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_full_disk_leaves_no_part_of_an_entry(store, case, monkeypatch):
    import errno
    from pathlib import Path

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert store.get(case).image.shape == (1, 32, 32)
    assert entries(store) == []


def test_without_a_folder_nothing_is_written(case, how, tmp_path):
    SampleCache(None, how((32, 32)), CLASSES).get(case)
    assert list(tmp_path.iterdir()) == []


def test_a_case_that_cannot_be_read_is_named(store, moved):
    moved.images[0].write_bytes(moved.images[0].read_bytes()[:100])
    with pytest.raises(InputError, match=r"other.png"):
        store.get(moved)
    assert entries(store) == []


def test_samples_are_stacked_in_their_order(store, phantoms):
    samples = [store.get(case) for case in phantoms.cases[:3]]
    images, targets = stack(samples)
    assert images.shape == (3, 1, 32, 32)
    assert targets.shape == (3, 32, 32)
    assert torch.equal(images[1], samples[1].image)
    assert torch.equal(targets[2], samples[2].target)
    assert isinstance(samples[0], Sample)
