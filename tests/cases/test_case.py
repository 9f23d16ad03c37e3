from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from medunet.cases.case import Case
from medunet.cases.codings import Values
from medunet.cases.target import Part, Target
from medunet.errors import InputError
from medunet.images import Scheme


def case_of(path, **fields):
    return Case("a", "s", (path,), **fields)


@pytest.mark.parametrize(
    ("tags", "view"),
    [
        ({"View Position": "PA"}, "PA"),
        ({"view_position": "ap"}, "AP"),
        ({"view": "LATERAL"}, "lateral"),
        ({"ViewPosition": "Postero-Anterior"}, "PA"),
        ({"view": "", "view_position": "LL"}, "lateral"),
        ({"view": "oblique"}, None),
        ({"view": "AP supine"}, "AP"),
        ({"view": "AP_SEMI-ERECT"}, "AP"),
        ({"view": "portable"}, "AP"),
        ({"view": "xtable lateral"}, "lateral"),
        ({"view": "chest PA upright"}, "PA"),
        ({"view": "PA RLD"}, None),
        ({"view": "PA and lateral"}, None),
        ({"view": "AP lateral"}, None),
        ({}, None),
    ],
)
def test_view_of_the_tags(tmp_path, tags, view):
    assert case_of(tmp_path, tags=tags).view == view


@pytest.mark.parametrize(
    ("text", "age"),
    [
        *[("58", 58), ("058Y", 58), ("006M", 0.5), ("0", 0), ("58.5", 58.5), ("414", None), ("old", None), ("", None)],
        *[("5 years old", 5), ("58 yrs", 58), ("6 months", 0.5), ("2,5 y", 2.5), ("58 male", None)],
    ],
)
def test_age_of_the_tags(tmp_path, text, age):
    found = case_of(tmp_path, tags={"Patient Age": text}).age
    assert found == (None if age is None else pytest.approx(age))


def test_what_tags_say_in_unknown_words_is_known(tmp_path):
    assert case_of(tmp_path, tags={"view": "oblique", "age": "old"}).not_understood == ("view", "age")
    assert case_of(tmp_path, tags={"view": "n/a", "age": "?"}).not_understood == ()
    assert case_of(tmp_path, tags={"view": "PA", "age": "58"}).not_understood == case_of(tmp_path).not_understood == ()


def test_image_takes_view_and_age_from_the_tags(tmp_path, pen):
    path = pen.draw(tmp_path / "a.png", pen.film())
    image = case_of(path, tags={"view": "AP", "age": "0"}).read_image()
    assert (image.view, image.age) == ("AP", 0.0)
    assert case_of(path).read_image().view is None


def test_channels_are_stacked_in_order(tmp_path, pen):
    paths = [pen.draw(tmp_path / f"{n}.png", pen.film(n)) for n in range(3)]
    image = Case("a", "s", tuple(paths)).read_image()
    np.testing.assert_array_equal(image.array, np.stack([pen.film(n) for n in range(3)]))


def test_channels_of_two_sizes_are_refused(tmp_path, pen):
    one = pen.draw(tmp_path / "one.png", pen.film())
    two = pen.draw(tmp_path / "two.png", pen.film(shape=(16, 21)))
    with pytest.raises(InputError, match=r"two.png: has 16 × 21 pixels where the first channel, one.png, has 16 × 20"):
        Case("a", "s", (one, two)).read_image()


def with_target(tmp_path, pen, value=255):
    image = pen.draw(tmp_path / "images" / "a.png", pen.film())
    mask = pen.draw(tmp_path / "masks" / "a.png", pen.blob(value))
    return case_of(image, target=Target((Part(mask, Values(((value, "lung"),))),), Scheme.of(["lung"])))


def test_target_is_read_on_the_images_grid(tmp_path, pen):
    labels = with_target(tmp_path, pen).read_target()
    assert labels.mask("lung").sum() == 36
    with pytest.raises(InputError, match=r"a.png: has no mask"):
        case_of(tmp_path / "a.png").read_target()


def test_content_key_follows_content_and_coding_not_names(tmp_path, pen):
    case = with_target(tmp_path / "one", pen)
    key = case.content_key()
    assert len(key) == 64
    assert with_target(tmp_path / "two", pen).content_key() == key
    assert replace(case, id="b", subject="t", tags={"x": "y"}).content_key() == key
    assert replace(case, target=None).content_key() != key
    target = case.target
    renamed = Target((Part(target.paths[0], Values(((255, "heart"),))),), Scheme.of(["heart"]))
    assert replace(case, target=renamed).content_key() != key
    pen.draw(case.images[0], pen.film(9))
    assert case.content_key() != key
    with pytest.raises(InputError, match=r"gone.png: cannot be read"):
        case_of(tmp_path / "gone.png").content_key()


def test_a_case_travels_between_processes(tmp_path, pen):
    case = replace(with_target(tmp_path, pen), tags={"view": "PA"}, split="val")
    assert pickle.loads(pickle.dumps(case)) == case


def test_tags_cannot_be_changed(tmp_path):
    tags = {"a": "b"}
    case = case_of(tmp_path, tags=tags)
    tags["a"] = "c"
    assert case.tag("A") == "b"
    with pytest.raises(TypeError):
        case.tags["a"] = "c"


def test_impossible_cases(tmp_path, pen):
    with pytest.raises(ValueError, match="at least one image"):
        Case("a", "s", ())
    with pytest.raises(ValueError, match="a split is one of"):
        case_of(tmp_path, split="holdout")
    with pytest.raises(ValueError, match="annotated names"):
        replace(with_target(tmp_path, pen), annotated=("liver",))
