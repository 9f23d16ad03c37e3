from __future__ import annotations

import shutil

import pytest

from medunet.auditing.gathering import gather
from medunet.errors import InputError


def test_sound_data_are_as_read_cases_reads_them(sound):
    found = gather(sound)
    assert len(found.cases) == 14
    assert found.fault is None
    assert found.scheme.names == ("right lung", "left lung", "heart")
    assert not found.has_table


def rows(films, count=14, **changes):
    made = []
    for index in range(count):
        row = {"id": f"film-{index:02d}", "subject": f"s{index}", "split": "train" if index else "test"}
        made.append(tuple((row | changes.get(f"row{index}", {})).values()))
    return made


HEADER = ("id", "subject", "split")


def test_one_subject_in_two_splits_is_still_looked_at(films, table):
    table(films, HEADER, rows(films, row1={"subject": "s0"}))
    found = gather(films)
    assert "two splits" in found.fault.what
    assert len(found.cases) == 14
    assert found.cases[0].subject == found.cases[1].subject
    assert all(case.target is not None for case in found.cases)


def test_each_fault_of_a_table_is_kept_apart(films, table):
    (films / "images" / "film-02.png").unlink()
    wrong = rows(films, row1={"subject": ""}, row3={"split": "holdout"}, row5={"id": "film-04"})
    table(films, HEADER, wrong)
    found = gather(films)
    assert [where for where, _ in found.absent] == ["cases.csv, line 4"]
    assert found.blank == ("cases.csv, line 3",)
    assert found.unknown_splits == (("cases.csv, line 5", "holdout"),)
    assert found.twins == ("film-04",)
    assert len({case.id for case in found.cases}) == len(found.cases) == 13


def test_files_that_no_row_names(films, table):
    table(films, HEADER, rows(films, count=12))
    assert sorted(path.name for path in gather(films).strays if path.parent.name == "images") == [
        "film-12.png", "film-13.png"]  # fmt: skip


def test_a_link_that_leads_to_itself_is_a_stray_file(films, table):
    (films / "images" / "loop.png").symlink_to("loop.png")
    table(films, HEADER, rows(films))
    assert [path.name for path in gather(films).strays] == ["loop.png"]


def test_files_of_one_id_in_several_folders_are_channels(films, table):
    (films / "images").rename(films / "pre")
    shutil.copytree(films / "pre", films / "post")
    table(films, HEADER, rows(films))
    found = gather(films)
    assert found.fault is not None
    assert [path.parent.name for path in found.cases[0].images] == ["post", "pre"]
    assert found.cases[0].subject == "s0"
    assert found.twin_files == ()
    assert all(case.target is not None for case in found.cases)


def test_masks_that_mean_nothing_leave_the_films(films, change):
    import numpy as np

    (films / "masks" / "labels.json").unlink()
    for number, path in enumerate(sorted((films / "masks").glob("*.png"))):
        change(path, lambda a, seed=number: np.random.default_rng(seed).integers(0, 255, a.shape).astype(np.uint8))
    found = gather(films)
    assert "masks cannot be understood" in found.fault.what
    assert len(found.cases) == 14
    assert all(case.target is None for case in found.cases)


def test_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no image"):
        gather(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        gather(tmp_path / "nowhere")
