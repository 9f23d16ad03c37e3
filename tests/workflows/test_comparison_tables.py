from __future__ import annotations

from medunet.workflows.compare import compare
from medunet.workflows.comparison_tables import comparison_tables


def test_rows_have_as_many_cells_as_there_are_columns(run_scored, scored, dices, tmp_path):
    runs = [run_scored(f"s-{s}", dices(seed=s), seed=s) for s in range(3)]
    extra = scored("other", dices(n=22, seed=7) | {"more": None})
    tables = comparison_tables(compare([*runs, extra], out=tmp_path / "out"))
    assert list(tables) == ["tests", "subjects", "runs", "seeds", "settings", "not-compared"]
    for name, (columns, rows) in tables.items():
        assert rows, name
        assert {len(row) for row in rows} == {len(columns)}, name


def test_what_was_left_out_is_named_with_its_reason(scored, tmp_path):
    a = scored("a", {"x": 0.9, "y": 0.8}, structures=("heart", "lung"))
    b = scored("b", {"y": 0.8, "z": 0.8}, more=[["y", "y", "lung", "dice", "", "ratio", "not looked for"]])
    _, rows = comparison_tables(compare([a, b], out=tmp_path / "out"))["not-compared"]
    assert ("a", "case", "x", "not in all") in rows
    assert ("lung Dice", "case", "y", "a value in a alone") in rows


def test_a_hole_has_its_reason_beside_it(scored, tmp_path):
    done = compare([scored("a", {"x": 0.9}), scored("b", {"x": 0.8})], out=tmp_path / "out")
    columns, (row,) = comparison_tables(done)["tests"]
    cells = dict(zip(columns, row, strict=True))
    assert cells["mean_difference_low"] is None
    assert cells["mean_difference_reason"].startswith("one subject")
    assert cells["wilcoxon_reason"].startswith("one subject")
