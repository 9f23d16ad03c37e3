from __future__ import annotations

import pytest

from medunet.measuring.film import Film


def test_nothing_is_known_of_a_bare_film():
    assert Film() == Film(view=None, age=None, adult=False, spacing_at=None)


@pytest.mark.parametrize(
    ("fields", "text"),
    [({"view": "pa"}, "PA, AP, lateral"), ({"age": -1}, "age"), ({"age": float("nan")}, "age"),
     ({"spacing_at": "film"}, "spacing_at")],
)  # fmt: skip
def test_a_film_that_cannot_be_is_refused(fields, text):
    with pytest.raises(ValueError, match=text):
        Film(**fields)
