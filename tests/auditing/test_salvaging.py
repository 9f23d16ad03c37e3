from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from medunet.auditing.gathering import gather
from medunet.auditing.salvaging import pair_in_spite, targets_in_spite
from medunet.cases.placing import place
from medunet.cases.rows import Row

ROOT = Path("root")


def placed(*names):
    return [place(ROOT / name, ROOT) for name in names]


def paired(images, masks):
    found = pair_in_spite(placed(*images), placed(*masks))
    masks_of = {one.image.path.name: [mask.path.name for mask in one.masks] for one in found.pairs}
    return masks_of, [path.name for path in found.lonely], [[path.name for path in own] for own in found.twins]


def test_names_that_differ_are_paired_as_ever():
    assert paired(["images/a.png", "images/b.png"], ["masks/a_mask.png", "masks/c.png"]) == (
        {"a.png": ["a_mask.png"], "b.png": []}, ["c.png"], [])  # fmt: skip


def test_twins_get_the_mask_that_is_spelt_alike():
    assert paired(["images/a.png", "images/A.png", "images/b.png"], ["masks/a.png", "masks/A.png", "masks/b.png"]) == (
        {"a.png": ["a.png"], "A.png": ["A.png"], "b.png": ["b.png"]}, [], [["a.png", "A.png"]])  # fmt: skip


def test_a_doubled_mask_is_lonely_where_its_image_is_not_there():
    assert paired(["images/a.png"], ["masks/a.png", "masks/A.png"]) == ({"a.png": ["a.png"]}, ["A.png"], [])


@pytest.fixture
def masks(tmp_path):
    made = []
    for index in range(6):
        array = np.zeros((40, 40), np.uint8)
        array[5:20, 5 + index : 20], array[22:30, 22:35] = 1, 2
        made.append(tmp_path / f"{index}.png")
        PIL.Image.fromarray(array).save(made[-1])
    return made


def rows_of(masks):
    return [Row(path.stem, (path,), (("", path),)) for path in masks]


def test_a_jpeg_among_pngs_is_set_aside(masks):
    array = np.asarray(PIL.Image.open(masks[2])) * 100
    jpeg = masks[2].with_suffix(".jpg")
    PIL.Image.fromarray(array).save(jpeg, quality=60)
    masks[2] = jpeg
    targets, aside = targets_in_spite(rows_of(masks), None, {})
    assert list(aside) == [jpeg]
    assert "others are grey" in aside[jpeg]
    assert [target is None for target in targets.targets] == [False, False, True, False, False, False]


def test_where_most_are_wrong_none_is_used(masks):
    rng = np.random.default_rng(0)
    for path in masks[1:]:
        PIL.Image.fromarray(rng.integers(0, 255, (40, 40)).astype(np.uint8)).save(path)
    targets, aside = targets_in_spite(rows_of(masks), None, {})
    assert aside == {}
    assert targets.scheme is None


def test_an_audit_looks_at_the_others(films, results_of, named):
    path = films / "masks" / "film-04.png"
    stretched = np.asarray(PIL.Image.open(path)) * 80
    path.unlink()
    PIL.Image.fromarray(stretched).save(path.with_suffix(".jpg"), quality=75)
    (films / "images" / "FILM-01.png").write_bytes((films / "images" / "film-02.png").read_bytes())
    gathered = gather(films)
    assert sum(case.target is not None for case in gathered.cases) == 13
    assert [name for name, *_ in gathered.odd_masks] == ["film-04"]
    results = results_of(films)
    assert named(results["MU302"]) == ["film-04"]
    assert "FILM-01.png" in results["MU106"].findings[0].cause
    assert results["MU101"].outcome == "issue"
    assert results["MU301"].outcome == "passed"
