from __future__ import annotations

import csv
import json
import time

import pytest

from medunet.errors import InputError, OutputError, UsageError
from medunet.workflows.compare import compare


def test_two_tables_are_compared_and_written(scored, dices, tmp_path):
    a, b = scored("a", dices(0.9)), scored("b", dices(0.95, seed=1))
    done = compare([a, b / "scores.csv"], out=tmp_path / "out")
    (one,) = done.differences
    assert one.shown
    assert one.figures.mean.value == pytest.approx(0.05, abs=0.01)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        ".medunet.json", "compare.json", "report.html", "figures", "tables",
    }  # fmt: skip
    assert {path.suffix for path in (tmp_path / "out" / "figures").iterdir()} == {".svg", ".pdf", ".png", ".csv"}
    told = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert told["differences"][0]["wilcoxon"]["p_holm"] == one.p_holm
    with (tmp_path / "out" / "tables" / "subjects.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 20


def test_every_row_written_twice_changes_no_number(scored, dices, tmp_path):
    values = [dices(0.9), dices(0.91, seed=1)]
    once = compare([scored(name, v) for name, v in zip("ab", values, strict=True)], out=tmp_path / "o1")
    for name in "ab":
        table = tmp_path / name / "scores.csv"
        head, *rows = table.read_text().splitlines()
        table.write_text("\n".join([head, *rows, *rows]) + "\n")
    twice = compare([tmp_path / "a", tmp_path / "b"], out=tmp_path / "o2")
    assert twice.to_dict()["differences"] == once.to_dict()["differences"]
    assert "stand there twice" in twice.notes[0]


def test_a_film_twice_under_its_subject_changes_no_number(scored, dices, tmp_path):
    values = [dices(0.9), dices(0.91, seed=1)]
    once = compare([scored(name, v) for name, v in zip("ab", values, strict=True)], out=tmp_path / "o1")
    subjects = {name: case for case in values[0] for name in (case, f"{case}-again")}
    doubled = [{name: v[case] for name, case in subjects.items()} for v in values]
    folders = [scored(name, v, subjects=subjects) for name, v in zip("cd", doubled, strict=True)]
    twice = compare(folders, out=tmp_path / "o2")
    one, two = once.differences[0].figures, twice.differences[0].figures
    for name in ("mean", "median", "rank_biserial", "d_z", "showable"):
        a, b = getattr(one, name), getattr(two, name)
        assert (a.value, a.low, a.high) == (b.value, b.low, b.high)
    assert one.wilcoxon.p_value == two.wilcoxon.p_value
    assert one.sign_flips.p_value == two.sign_flips.p_value


def test_called_again_the_same_and_with_others(scored, dices, tmp_path):
    a, b, c = (scored(name, dices(seed=k)) for k, name in enumerate("abc"))
    compare([a, b], out=tmp_path / "out")
    compare([a, b], out=tmp_path / "out")
    with pytest.raises(OutputError, match="holds other results"):
        compare([a, c], out=tmp_path / "out")
    compare([a, c], out=tmp_path / "out", overwrite=True)


def test_one_that_is_written_into_is_refused(scored, dices):
    a, b = scored("a", dices()), scored("b", dices(seed=1))
    with pytest.raises(OutputError):
        compare([a, b], out=a)
    assert {path.name for path in a.iterdir()} == {"scores.csv"}


@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        (["a"], {}, "RUN: is needed twice"),
        (["a", "a"], {}, "a: is given twice"),
        (["a", "b"], {"metrics": [" "]}, "--metrics: names none"),
        (["a", "b"], {"metrics": ["dise"]}, "--metrics: dise is in none of the tables. They have: dice"),
        (["a", "b"], {"split": "all"}, "--split: 'all' is not one of"),
        (["a", "b"], {"seeds": [0, 1]}, "DATA: is one place"),
        (["a", "b"], {"changes": ["training.steps=9"]}, "--set: is of variants, and none is trained here"),
        (["a", "b"], {"budget": 60.0}, "--budget: is of variants"),
    ],
)
def test_words_that_make_no_call(scored, dices, tmp_path, words, options, said):
    for name in "ab":
        scored(name, dices())
    with pytest.raises(UsageError, match=said):
        compare([tmp_path / word for word in words], out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_degenerate_tables_get_reasons(scored, dices, tmp_path):
    one_case = compare([scored(n, {"x": v}) for n, v in (("a", 0.9), ("b", 0.8))], out=tmp_path / "o1")
    assert one_case.differences[0].figures.wilcoxon.reason.startswith("one subject")
    same = compare([scored(n, dices()) for n in "cd"], out=tmp_path / "o2")
    assert same.differences[0].figures.mean.value == 0
    assert same.differences[0].figures.wilcoxon.reason == "every difference is 0"
    assert "runs differ on no case" in (tmp_path / "o2" / "report.html").read_text()
    apart = [scored("e", {"x": 0.9}), scored("f", {"y": 0.9})]
    with pytest.raises(InputError, match="e: has no case in common with f"):
        compare(apart, out=tmp_path / "o3")
    with pytest.raises(InputError, match="has none of dice of a structure that all others have"):
        compare([apart[0], scored("g", {"x": 0.9}, structures=("lung",))], out=tmp_path / "o4")


def test_ten_thousand_rows_take_seconds(scored, dices, tmp_path):
    """Processor time of 2 × 10,000 rows, page and figures included; it takes about 2 s."""
    tables = [scored(n, dices(n=5000, seed=k), structures=("lung", "heart")) for k, n in enumerate("ab")]
    start = time.process_time()
    compare(tables, out=tmp_path / "out")
    assert time.process_time() - start < 20


def test_variants_are_trained_compared_and_completed(films, cache, changes, tmp_path, heard):
    """A run that is missing is trained when called again, one that is done stays as it is."""
    import shutil

    def call(progress, **more):
        return compare(films, vary=["training.lr=2e-2,1e-3"], changes=[*changes, "training.steps=8"], device="cpu",
                       cache=cache, out=tmp_path / "out", progress=progress, **more)  # fmt: skip

    done = call(heard)
    runs = tmp_path / "out" / "runs"
    assert sorted(path.name for path in runs.iterdir()) == ["lr-1e-3", "lr-2e-2"]
    assert list(done.groups) == ["lr=2e-2", "lr=1e-3"]
    assert {key for key, _ in done.settings} >= {"training.lr", "weights (sha256)"}
    weights = (runs / "lr-2e-2" / "model" / "weights.safetensors").stat().st_mtime_ns
    shutil.rmtree(runs / "lr-1e-3")
    heard.said.clear()
    again = call(heard)
    assert "training 1 of 2: lr-2e-2 is done already" in heard.said
    assert "training 2 of 2: lr-1e-3" in heard.said
    assert (runs / "lr-2e-2" / "model" / "weights.safetensors").stat().st_mtime_ns == weights
    assert again.to_dict()["differences"] == done.to_dict()["differences"]
    with pytest.raises(OutputError, match="differs in: budget"):
        call(heard, budget=60)
