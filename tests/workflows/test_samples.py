from __future__ import annotations

import shutil

import pytest
import torch

from medunet.cases import Case, read_cases
from medunet.errors import InputError
from medunet.planning import SampleCache
from medunet.prediction import load_model
from medunet.workflows import samples
from medunet.workflows.samples import bytes_of, find_keys, load_samples


@pytest.fixture
def cases(others):
    return read_cases(others, rename={"right lung": "lung", "left lung": "lung"}).cases


@pytest.fixture
def store(trained, tmp_path):
    plan = load_model(trained.folder).plan
    return SampleCache(tmp_path / "cache", plan.preprocessing, plan.classes)


def test_keys_are_found_with_progress(cases, heard):
    keys = find_keys(cases, heard)
    assert heard.tasks == [("fingerprinting files", 4)]
    assert heard.advanced["fingerprinting files"][-1] == (4, cases[-1].id)
    assert heard.open is None
    assert keys.image == {case.id: case.image_key() for case in cases}
    assert keys.content == {case.id: case.content_key() for case in cases}


def test_the_digest_is_that_of_the_contents_not_of_names_and_order(cases, heard, others, tmp_path):
    first = find_keys(cases, heard).digest
    assert find_keys(cases[::-1], heard).digest == first
    assert find_keys(cases[:3], heard).digest != first
    shutil.copytree(others, tmp_path / "moved")
    moved = read_cases(tmp_path / "moved", rename={"right lung": "lung", "left lung": "lung"}).cases
    assert find_keys(moved, heard).digest == first


def test_files_that_are_gone_are_named_together(others, heard, tmp_path):
    shutil.copytree(others, tmp_path / "films")
    cases = read_cases(tmp_path / "films").cases
    for number in (0, 2):
        cases[number].images[0].unlink()
    with pytest.raises(InputError, match=r"phantom-00000.png: cannot be read .*; phantom-00002.png: cannot be read"):
        find_keys(cases, heard)
    assert heard.open is None


@pytest.mark.parametrize("memory", [2**30, 0])
def test_samples_are_the_same_from_memory_and_from_the_cache(cases, store, heard, monkeypatch, memory):
    monkeypatch.setattr(samples, "IN_MEMORY", memory)
    keys = find_keys(cases, heard).content
    first, second = load_samples([cases[:3], cases[3:]], store, keys, heard)
    assert heard.tasks[-1] == ("reading films", 4)
    fresh = SampleCache(None, store.how, store.classes)
    for load, case in ((lambda: first(2), cases[2]), (lambda: second(0), cases[3])):
        sample, wanted = load(), fresh.get(case)
        assert sample.case == case.id
        assert torch.equal(sample.image, wanted.image)
        assert torch.equal(sample.target, wanted.target)


def test_beyond_memory_no_original_is_read_for_a_batch(cases, store, heard, monkeypatch):
    monkeypatch.setattr(samples, "IN_MEMORY", 0)
    load = load_samples([cases], store, find_keys(cases, heard).content, heard)[0]
    monkeypatch.setattr(Case, "content_key", lambda *_: pytest.fail("an original was read"))
    monkeypatch.setattr(Case, "read_image", lambda *_: pytest.fail("an original was read"))
    assert load(1).case == cases[1].id


def test_films_that_cannot_be_read_are_named_together(others, store, heard, tmp_path):
    shutil.copytree(others, tmp_path / "films")
    cases = read_cases(tmp_path / "films").cases
    keys = find_keys(cases, heard).content
    for number in (1, 3):
        cases[number].images[0].write_text("spoilt")
    with pytest.raises(InputError, match=r"phantom-00001.png: .*phantom-00003.png: ") as fault:
        load_samples([cases[:2], cases[2:]], store, keys, heard)
    assert "\n" not in str(fault.value)
    assert heard.open is None


def test_bytes_of_a_sample_are_what_it_takes(cases, store):
    sample = store.get(cases[0])
    taken = sum(t.element_size() * t.nelement() for t in (sample.image, sample.target))
    assert bytes_of(store.how) == taken
