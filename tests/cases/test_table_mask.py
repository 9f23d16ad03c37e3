from __future__ import annotations

import gzip
import pickle

import numpy as np
import pytest

from medunet.cases.chexmask import stream_masks
from medunet.cases.table_mask import refuse_other_aspect
from medunet.errors import InputError
from medunet.images import Grid, Scheme

SCHEME = Scheme.of(("right lung", "left lung", "heart"))
DRAWN = np.zeros((8, 8), np.uint8)
DRAWN[2:5, 1:3], DRAWN[2:5, 5:7], DRAWN[3:5, 3:5], DRAWN[6, 0] = 1, 2, 3, 3


@pytest.fixture
def mask(tmp_path, chexmask):
    (tmp_path / "t.csv").write_text(chexmask(["a", "b"]))
    return next(stream_masks(tmp_path / "t.csv")).mask


def test_the_label_map(mask):
    assert np.array_equal(mask.labels(SCHEME, mask.grid(), "a.png"), DRAWN)
    assert mask.where == "t.csv, line 2"


def test_other_names_merge_and_a_copy_travels(mask):
    merged = mask.renamed({"right lung": "lung", "left lung": "lung", "heart": "heart"})
    assert merged.structures == ("lung", "heart")
    scheme = Scheme.of(("lung", "heart"))
    again = pickle.loads(pickle.dumps(merged))
    assert np.array_equal(again.labels(scheme, Grid((8, 8)), "a"), np.array([0, 1, 1, 2])[DRAWN])


@pytest.mark.parametrize("factor", [2, 3])
def test_a_film_of_the_same_aspect_gets_the_nearest_label(mask, factor):
    film = Grid((8 * factor, 8 * factor))
    assert np.array_equal(mask.labels(SCHEME, film, "a"), DRAWN.repeat(factor, 0).repeat(factor, 1))


def test_a_film_of_another_aspect_is_refused(mask):
    with pytest.raises(InputError, match=r"t.csv, line 2: draws on 8 × 8 rows × columns, its film a.png has 8 × 9"):
        mask.labels(SCHEME, Grid((8, 9)), "a.png")
    refuse_other_aspect((1000, 1000), (2000, 2019), "", "")
    with pytest.raises(InputError):
        refuse_other_aspect((1000, 1000), (2000, 2021), "", "")
    with pytest.raises(InputError):
        refuse_other_aspect((8, 8), (8, 8, 8), "", "")


def test_rows_of_a_gzipped_table_in_any_order(tmp_path, chexmask):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(chexmask([f"f{n}" for n in range(40)]).encode()))
    masks = [row.mask for row in stream_masks(path)]
    for number in (39, 3, 20, 3):
        assert masks[number].labels(SCHEME, Grid((8, 8)), "")[6].nonzero()[0].tolist() == [number % 4]


def test_the_digest_is_of_what_is_drawn(tmp_path, chexmask, mask):
    (tmp_path / "u.csv").write_text(chexmask(["other", "b"]))
    same = next(stream_masks(tmp_path / "u.csv")).mask
    assert same.digest() == mask.digest()
    assert list(stream_masks(tmp_path / "u.csv"))[1].mask.digest() != mask.digest()
    assert mask.renamed({name: name.upper() for name in SCHEME.names}).digest() != mask.digest()


def test_a_table_that_has_changed(tmp_path, chexmask, mask):
    (tmp_path / "t.csv").write_text(chexmask(["z", "b"]))
    with pytest.raises(InputError, match="another row than the one"):
        mask.labels(SCHEME, Grid((8, 8)), "a")
