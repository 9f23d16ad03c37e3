from __future__ import annotations

import shutil

import pytest

from medunet.auditing.portrait import portray


@pytest.fixture(scope="module")
def portrait(sound, evidence_of):
    return portray(evidence_of(sound))


def test_counts(portrait):
    assert (portrait.cases, portrait.subjects, portrait.readable, portrait.masks) == (14, 14, 14, 14)
    assert portrait.sizes == (("160 × 160", 14),)
    assert portrait.types == (("uint8, 1 channel", 14),)
    assert len(portrait.ratios) > 10


def test_structures(portrait):
    heart = next(one for one in portrait.structures if one.name == "heart")
    assert (heart.looked_for, heart.found) == (14, 14)
    low, middle, high = heart.shares
    assert 0 < low <= middle <= high < 0.5


def test_histograms_add_up(portrait):
    (pooled,) = portrait.histograms
    assert pooled.images == 14
    assert sum(pooled.shares) == pytest.approx(1, abs=0.05)


def test_tags_with_few_values_are_counted(films, table, evidence_of):
    ids = [f"film-{index:02d}" for index in range(14)]
    for n in range(14, 16):  # enough films of each view
        name = f"film-{n:02d}"
        for folder in ("images", "masks"):
            shutil.copy(films / folder / f"film-{n - 14:02d}.png", films / folder / f"{name}.png")
        ids.append(name)
    rows = [(name, "PA" if n % 2 else "AP", "a|b" if n else "a", name) for n, name in enumerate(ids)]
    table(films, ("id", "view", "findings", "note"), rows)
    portrait = portray(evidence_of(films))
    tags = dict(portrait.tags)
    assert dict(tags["view"]) == {"PA": 8, "AP": 8}
    assert dict(tags["findings"]) == {"a": 16, "b": 15}
    assert [one.group for one in portrait.histograms][1:] == ["AP", "PA"]
    assert "note" in tags  # 16 values are few


def test_many_numbers_have_a_range_and_many_words_are_named(films, table, evidence_of, monkeypatch):
    monkeypatch.setattr("medunet.auditing.portrait.FEW", 5)
    rows = [(f"film-{n:02d}", "one" if n < 3 else f"s{n}", str(40 + n) if n else "", f"word {n}") for n in range(14)]
    table(films, ("id", "subject", "age", "note"), rows)
    portrait = portray(evidence_of(films))
    own, age = portrait.numbers
    assert (own.name, own.low, own.middle, own.high) == ("cases of a subject", 1, 1, 3)
    assert (age.name, age.cases, age.low, age.middle, age.high) == ("age", 13, 41, 47, 53)
    assert portrait.uncounted == ("note",)
    bands = (("40 to 49 years", 9), ("50 to 59 years", 4), ("(blank)", 1))
    assert portrait.tags == (("age", bands),)


def test_ages_as_dicom_writes_them_are_counted_in_bands_and_few_ages_one_by_one(films, table, evidence_of):
    rows = [(f"film-{n:02d}", f"{n * 3:03d}Y" if n else "011M", str(60 + n % 8)) for n in range(14)]
    table(films, ("id", "PatientAge", "weight"), rows)
    bands = dict(portray(evidence_of(films)).tags)["PatientAge"]
    assert bands == (("0 to 9 years", 4), ("10 to 19 years", 3), ("20 to 29 years", 3), ("30 to 39 years", 4))
    table(films, ("id", "age"), [(f"film-{n:02d}", str(60 + n % 8)) for n in range(14)])
    assert len(dict(portray(evidence_of(films)).tags)["age"]) == 8
