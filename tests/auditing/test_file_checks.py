from __future__ import annotations

import numpy as np
import pytest

HEADER = ("id", "subject", "split", "age", "view")


def rows(**changes):
    made = []
    for index in range(14):
        row = {"id": f"film-{index:02d}", "subject": f"s{index}", "split": "train", "age": "50", "view": "PA"}
        made.append(tuple((row | changes.get(f"row{index}", {})).values()))
    return made


@pytest.mark.parametrize("code", ["MU101", "MU102", "MU301", "MU302", "MU306", "MU314"])
def test_sound_films_pass(sound, results_of, code):
    assert results_of(sound)[code].outcome == "passed"


@pytest.mark.parametrize("code", ["MU103", "MU104", "MU105", "MU106", "MU107"])
def test_without_a_table_nothing_is_claimed_of_it(sound, results_of, code):
    assert results_of(sound)[code].outcome == "not applicable"


def test_unreadable_files(films, results_of, named):
    (films / "images" / "film-00.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    path = films / "masks" / "film-01.png"
    path.write_bytes(path.read_bytes()[:120])
    assert named(results_of(films)["MU102"]) == ["film-00", "film-01"]


@pytest.mark.parametrize(
    ("changes", "code", "cause"),
    [
        ({"row1": {"subject": ""}}, "MU105", "has no subject"),
        ({"row1": {"age": "414"}}, "MU105", "'414'"),
        ({"row1": {"age": "old"}}, "MU105", "'old'"),
        ({"row1": {"view": "sitting"}}, "MU105", "'sitting'"),
        ({"row1": {"split": "holdout"}}, "MU105", "'holdout'"),
        ({"row1": {"id": "film-00"}}, "MU106", "film-00"),
        ({"row1": {"id": "film-99"}}, "MU103", "film-99"),
        ({"row1": {"id": "film-99"}}, "MU104", "film-01"),
    ],
)
def test_faults_of_the_table(films, table, results_of, changes, code, cause):
    table(films, HEADER, rows(**changes))
    result = results_of(films)[code]
    assert len(result.findings) >= 1
    assert any(cause in f"{one.cause} {one.file}" for one in result.findings)


def test_ages_that_can_be_and_blanks_pass(films, table, results_of):
    table(films, HEADER, rows(row1={"age": "058Y"}, row2={"age": ""}, row3={"age": "6 months"}, row4={"view": ""}))
    assert results_of(films)["MU105"].outcome == "passed"


def test_a_tag_against_the_header(tmp_path, results_of, table):
    from dataclasses import replace

    from medunet.images import write_dicom
    from medunet.phantoms import chest_film

    film = chest_film(1, 0, size=96).image
    for name in ("a", "b"):
        write_dicom(tmp_path / "images" / f"{name}.dcm", replace(film, view="AP"))
    table(tmp_path, ("id", "view"), [("a", "AP"), ("b", "PA")])
    assert [one.cases for one in results_of(tmp_path)["MU107"].findings] == [("b",)]


def test_a_mask_of_another_size_and_a_strange_value(films, change, results_of, named):
    change(films / "masks" / "film-02.png", lambda a: a[::2, ::2])
    change(films / "masks" / "film-03.png", lambda a: np.where(a == 2, 7, a).astype(np.uint8))
    results = results_of(films)
    assert named(results["MU301"]) == ["film-02"]
    assert named(results["MU302"]) == ["film-03"]
    assert "160" in results["MU301"].findings[0].cause


def test_a_case_without_mask_among_others(films, results_of, named):
    (films / "masks" / "film-05.png").unlink()
    assert named(results_of(films)["MU306"]) == ["film-05"]


def test_a_mask_without_an_image(films, results_of):
    assert results_of(films)["MU314"].outcome == "passed"
    (films / "images" / "film-05.png").unlink()
    (finding,) = results_of(films)["MU314"].findings
    assert finding.file == "masks/film-05.png"
