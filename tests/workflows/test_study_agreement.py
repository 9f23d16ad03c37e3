from __future__ import annotations

import json
from pathlib import Path

import pytest

from medunet.errors import InputError, UsageError
from medunet.studies import agreement_of, readings
from medunet.workflows.measure import measure
from medunet.workflows.study_agreement import agreement_study
from medunet.workflows.study_table import read_study_rows

READERS = Path(__file__).parents[3] / "shared" / "data" / "chexmask-readers"


def study(table, against, value="wright", **wishes):
    rows = read_study_rows(table, value, where=wishes.get("where", ()))
    return agreement_study(rows, against, **wishes)


def test_bland_and_altman_1986(pefr_table, tmp_path):
    """Bias −2.1 L/min, SD 38.8, limits −79.7 and 75.5 with 2 SD (−78.1 and 73.9 with 1.96), as published."""
    found = study(pefr_table, "mini", out=tmp_path / "out").found
    assert found.bland_altman.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.bland_altman.sd.value == pytest.approx(38.8, abs=0.05)
    assert found.bland_altman.bias.value - 2 * found.bland_altman.sd.value == pytest.approx(-79.7, abs=0.1)
    assert (found.bland_altman.bias.low, found.bland_altman.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)


def test_everything_is_written_and_the_same_call_writes_the_same(pefr_table, tmp_path):
    out = tmp_path / "out"
    done = study(pefr_table, "mini", cutoff=400, out=out)
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and path.name[0] != "."}
    figures = {
        f"figures/{name}.{kind}" for name in ("bland-altman", "equality") for kind in ("svg", "pdf", "png", "csv")
    }
    tables = {"estimates.csv", "flips.csv", "pairs.csv", "unmatched.csv"}
    assert names == {"study.json", "report.html", *tables, *figures}
    first = {name: (out / name).read_bytes() for name in names}
    study(pefr_table, "mini", cutoff=400, out=out)
    assert {name: (out / name).read_bytes() for name in names} == first
    assert (
        json.loads(first["study.json"])["agreement"]["estimates"]["bias"]["value"] == done.found.bland_altman.bias.value
    )


def test_other_questions_need_another_folder(pefr_table, tmp_path):
    study(pefr_table, "mini", out=tmp_path / "out")
    with pytest.raises(Exception, match="differs in: cutoff"):
        study(pefr_table, "mini", cutoff=400, out=tmp_path / "out")
    assert study(pefr_table, "mini", cutoff=400, out=tmp_path / "out", overwrite=True).cut_off == 400


def test_an_unknown_subgroup_and_no_cut_off(pefr_table, tmp_path):
    with pytest.raises(InputError, match="has no column 'site'"):
        study(pefr_table, "mini", subgroups=["site"], out=tmp_path / "out")
    with pytest.raises(UsageError, match="nan is no number"):
        study(pefr_table, "mini", cutoff=float("nan"), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_every_row_twice_changes_no_interval(pefr_table, tmp_path):
    once = study(pefr_table, "mini", cutoff=400, out=tmp_path / "once").found
    head, *rows = pefr_table.read_text().splitlines()
    pefr_table.with_name("twice.csv").write_text("\n".join([head, *rows, *rows]) + "\n")
    made = study(pefr_table.with_name("twice.csv"), "mini", cutoff=400, out=tmp_path / "twice")
    assert made.found.estimates == once.estimates
    assert made.found.copies == 17
    assert any("17 rows left out" in caution for caution in made.cautions)


@pytest.mark.skipif(not READERS.is_dir(), reason="shared/data/chexmask-readers is not here")
def test_two_readers_of_305_films_over_all_and_by_source(tmp_path):
    """What docs/statistics.md and `benchmarks/readers.py` say, through the files of `medunet measure`."""
    for who in ("reader1", "reader2"):
        tables = sorted(READERS.glob(f"*-{who}.csv.gz"))
        measure(tables, out=tmp_path / who)
    done = study(
        tmp_path / "reader1" / "measurements.csv",
        str(tmp_path / "reader2" / "measurements.csv"),
        "ctr",
        cutoff=0.5,
        subgroups=["source"],
        out=tmp_path / "out",
    )
    figures = done.found.estimates
    assert (done.found.cases, done.found.subjects, done.found.left_out) == (303, 303, 2)
    for name, wanted in {
        "bias": (0.0233, 0.0200, 0.0266),
        "MAE": (0.0264, 0.0235, 0.0295),
        "lower limit of agreement": (-0.0339, -0.0400, -0.0287),
        "upper limit of agreement": (0.0805, 0.0752, 0.0865),
        "ICC(2,1)": (0.825, 0.492, 0.918),
    }.items():
        one = figures[name]
        assert (one.value, one.low, one.high) == pytest.approx(wanted, abs=6e-4), name
    assert (done.found.flips[0].first_only, done.found.flips[0].second_only) == (55, 1)
    by_source = {part.level: part.found for part in done.parts}
    assert {name: found.cases for name, found in by_source.items()} == {
        "CANDID-PTX": 50, "CheXpert": 55, "ChestX-Ray8": 50, "MIMIC-CXR-JPG": 48, "Padchest": 50, "VinDr-CXR": 50,
    }  # fmt: skip
    assert by_source["CheXpert"].mae.value == pytest.approx(0.035, abs=6e-4)
    assert by_source["MIMIC-CXR-JPG"].flips[0].first_only == 12


def test_the_record_holds_what_the_functions_say(pefr_table, tmp_path, pefr):
    done = study(pefr_table, "mini", cutoff=400, out=tmp_path / "out")
    wanted = agreement_of(readings(*pefr), cut_offs=(400,))
    for name, one in wanted.estimates.items():
        made = done.found.estimates[name]
        assert (made.value, made.low, made.high) == pytest.approx((one.value, one.low, one.high), abs=1e-9), name
    assert done.to_dict()["agreement"]["flips"][0]["both"] == wanted.flips[0].both
