from __future__ import annotations

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
    rows = [(name, "PA" if n % 2 else "AP", "a|b" if n else "a", name) for n, name in enumerate(ids)]
    table(films, ("id", "view", "findings", "note"), rows)
    portrait = portray(evidence_of(films))
    tags = dict(portrait.tags)
    assert dict(tags["view"]) == {"PA": 7, "AP": 7}
    assert dict(tags["findings"]) == {"a": 14, "b": 13}
    assert [one.group for one in portrait.histograms][1:] == ["AP", "PA"]
    assert "note" in tags  # 14 values are few
