from __future__ import annotations

from medunet.cases.films import find_films


def test_a_file_and_a_folder(tmp_path, pen):
    one = pen.draw(tmp_path / "p1" / "a.png", pen.film())
    pen.draw(tmp_path / "p2" / "a.png", pen.film())
    pen.draw(tmp_path / "b.jpg", pen.film())
    assert [row.id for row in find_films(tmp_path).rows] == ["b", "p1_a", "p2_a"]
    assert [(row.id, row.images) for row in find_films(one).rows] == [("a", (one,))]


def test_nothing(tmp_path):
    assert find_films(tmp_path) is None
    assert find_films(tmp_path / "gone.png") is None
