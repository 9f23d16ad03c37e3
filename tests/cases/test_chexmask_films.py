from __future__ import annotations

import gzip

import numpy as np
import pytest

from medunet.cases import read_cases, read_masks
from medunet.cases.chexmask_films import find_chexmask, has_films
from medunet.cases.rows import Wishes
from medunet.errors import InputError


@pytest.fixture
def data(tmp_path, pen, chexmask):
    """Four films of 8 × 8 pixels and one more; a table with six rows."""
    for name in "abcde":
        pen.draw(tmp_path / "d" / "films" / f"{name}.png", pen.film(shape=(8, 8)))
    (tmp_path / "d" / "Mask.csv").write_text(chexmask([f"{name}.png" for name in "abcdxy"], rca={"c.png": 0.5}))
    return tmp_path / "d"


def test_films_beside_the_table(data):
    for place in (data, data / "Mask.csv"):
        cases = read_cases(place)
        assert [case.id for case in cases] == ["a", "b", "d"]
        assert cases.scheme.names == ("right lung", "left lung", "heart")
        assert cases.cases[0].tags["Dice RCA (Mean)"] == "0.9"
        said = " ".join(cases.provenance)
        assert "Dice RCA (Mean) of at least 0.7: 1 film below it left out" in said
        assert "2 rows of Mask.csv without a film here, left out" in said
        assert "1 film without a row in Mask.csv" in said
    assert cases.cases[1].read_target().mask("heart")[6].nonzero()[0].tolist() == [1]
    assert len(read_cases(data, min_rca=0.0)) == 4
    assert len({case.content_key() for case in cases}) == 3


def test_names_that_merge(data):
    cases = read_cases(data, rename={"left lung": "lung", "right lung": "lung"})
    assert cases.scheme.names == ("lung", "heart")
    assert cases.cases[0].read_target().mask("lung").sum() == 12


def test_films_elsewhere_and_of_another_size(tmp_path, pen, chexmask):
    pen.draw(tmp_path / "films" / "a.png", pen.film(shape=(16, 16)))
    pen.draw(tmp_path / "films" / "b.png", pen.film(shape=(16, 12)))
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "m.csv").write_text(chexmask(["a", "b"]))
    (tmp_path / "my.yaml").write_text("table: t/m.csv\nfilms: films\n")
    cases = read_cases(tmp_path / "my.yaml")
    assert any("2 of 2 films looked at have another size" in said for said in cases.provenance)
    assert cases.cases[0].read_target().grid.shape == (16, 16)
    with pytest.raises(InputError, match="another shape"):
        cases.cases[1].read_target()


def test_several_tables_two_rows_no_films(data, chexmask, tmp_path):
    (data / "Second.csv").write_text(chexmask(["a", "a"]))
    with pytest.raises(InputError, match=r"holds 2 tables of CheXmask \(Mask.csv, Second.csv\)"):
        find_chexmask(data, Wishes())
    with pytest.raises(InputError, match=r"Second\.csv, line 3: is a second row of the film a\.png"):
        find_chexmask(data / "Second.csv", Wishes())
    (tmp_path / "t.csv").write_text(chexmask(["q"]))
    assert not has_films(tmp_path / "t.csv")
    assert has_films(data / "Mask.csv")
    with pytest.raises(InputError, match="none of them is among"):
        find_chexmask(tmp_path / "t.csv", Wishes())


def test_a_wrong_row_fails_alone(data, chexmask):
    text = (data / "Mask.csv").read_text().replace("b.png,0.9,,22 2", "b.png,0.9,,0 2")
    (data / "Mask.csv").write_text(text)
    cases = read_cases(data)
    assert cases.cases[0].read_target() is not None
    with pytest.raises(InputError, match=r"Mask.csv, line 3: left lung has the start 0"):
        cases.cases[1].read_target()


def test_a_table_alone_is_masks(tmp_path, chexmask):
    path = tmp_path / "t.csv.gz"
    ids = ["train/patient1/study1/v.jpg", "train/patient1/study2/v.jpg"]
    path.write_bytes(gzip.compress(chexmask(ids, column="Path", rca={ids[0]: 0.2}).encode()))
    cases = read_masks([path])
    assert [case.id for case in cases] == ["train_patient1_study1_v", "train_patient1_study2_v"]
    assert cases.subjects == ("patient1",)
    assert any("below 0.7 in 1 of 2 rows: read all the same" in said for said in cases.provenance)
    assert len(read_masks([path], min_rca=0.7)) == 1
    assert np.count_nonzero(cases.cases[0].target.read(cases.cases[0].target.grid(), "").array) == 17
    with pytest.raises(InputError, match="among masks of another kind"):
        read_masks([path, tmp_path])


def test_two_tables_of_the_same_films(tmp_path, chexmask):
    for name in ("r1.csv", "r2.csv"):
        (tmp_path / name).write_text(chexmask(["a"]))
    assert [case.id for case in read_masks([tmp_path / "r1.csv", tmp_path / "r2.csv"])] == ["r1_a", "r2_a"]


def test_all_real_tables(shared):
    counts = [len(read_masks([path])) for path in sorted((shared / "chexmask-readers").glob("*.csv.gz"))]
    assert len(counts) == 18
    assert sum(counts) == 3 * (50 + 56 + 50 + 49 + 50 + 50)
