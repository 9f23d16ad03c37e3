from __future__ import annotations

from medunet.cases.drawn import draw_from, said_of, table_beside
from medunet.cases.film_index import FilmIndex
from medunet.cases.rows import Wishes


def test_every_row_is_counted_once(tmp_path, pen, chexmask):
    films = [pen.draw(tmp_path / f"{name}.png", pen.film(shape=(8, 8))) for name in "abc"]
    (tmp_path / "t.csv").write_text(chexmask(list("abcz"), rca={"b": 0.69, "c": 0.7}))
    drawn = draw_from(tmp_path / "t.csv", FilmIndex(films, tmp_path), Wishes())
    assert [film.stem for film in drawn.of_film] == ["a", "c"]
    assert [film.stem for film in drawn.below] == ["b"]
    assert drawn.no_film == 1
    assert said_of(drawn, tmp_path / "t.csv", Wishes())[0] == "masks of 2 films from t.csv"
    assert table_beside(tmp_path) == tmp_path / "t.csv"
