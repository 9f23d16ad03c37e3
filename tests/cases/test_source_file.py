from __future__ import annotations

import pytest

from medunet.cases.source_file import read_source_file
from medunet.errors import InputError


@pytest.fixture
def write(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()

    def call(text):
        (tmp_path / "all.yaml").write_text(text)
        return tmp_path / "all.yaml"

    return call


def test_everything_that_may_be_said(write, tmp_path):
    path = write(
        "rename: {l: lung, r: lung}\nsubjects: shared\nsources:\n"
        "  - {name: one, folder: a, rename: {r: right lung}, subject: none, annotated: [l, r], split: Testing,\n"
        "     tags: {site: 3}, min_rca: 0.8, masks: landmarks, films: b}\n"
        "  - {table: b}\n"
    )
    found = read_source_file(path)
    one, two = found.each
    assert found.shared_subjects
    assert (one.name, one.root, two.name, two.root) == ("one", tmp_path / "a", "b", tmp_path / "b")
    assert (one.rename, two.rename) == ({"l": "lung", "r": "right lung"}, {"l": "lung", "r": "lung"})
    assert (one.annotated, one.split, one.tags, one.subject) == (("l", "r"), "test", {"site": "3"}, "none")
    assert (one.wishes.min_rca, one.wishes.drawing, one.wishes.films) == (0.8, "landmarks", tmp_path / "b")
    assert (two.annotated, two.split, two.wishes.min_rca) == (None, None, 0.7)


def test_all_faults_together(write):
    path = write("sources: [{folder: gone, split: 7, colour: red}, {name: x}]\nfolder: a\n")
    with pytest.raises(InputError) as caught:
        read_source_file(path)
    text = str(caught.value)
    assert "unknown key folder beside sources" in text
    assert "source 1: has the unknown key colour" in text
    assert "source 1: names the folder gone, which is not there" in text
    assert "source 1: split is 7" in text
    assert "source 2: names neither a folder nor a table" in text
    assert "more)" not in text
    assert "Known keys: sources, rename, subjects" in text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sources: 3", "sources is no list"),
        ("sources: [{folder: a}, {name: A, folder: b}]", "several sources called a"),
        ("sources: [{folder: a}]\nsubjects: mixed", "subjects is 'mixed'"),
        ("folder: a\ntable: b", "names a folder and a table"),
        ("min_rca: 7", "min_rca is 7"),
        ("masks: contours", "masks is 'contours'"),
        ("annotated: 3", "annotated is no list"),
        ("split: later", "split is 'later'"),
        ("tags: [1]", "tags is no list"),
        ("films: gone", "names the folder gone"),
        ("folder: a\nfolder: b", "has the key folder twice at one place"),
        ("folder: a\nrename: {l: lung, r: lung, l: heart}", "has the key l twice"),
        ("sources: [{folder: a, split: test, split: train}]", "has the key split twice"),
    ],
)
def test_each_fault(write, text, fault):
    with pytest.raises(InputError, match=fault):
        read_source_file(write(text))


def test_a_folder_with_a_yaml_of_its_own(write, tmp_path):
    (tmp_path / "a" / "data.yaml").write_text("folder: .")
    with pytest.raises(InputError, match=r"has a data\.yaml of its own"):
        read_source_file(write("sources: [{folder: a}]"))


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{name}: &{name} [{','.join(['*' + chr(ord(name) - 1)] * 9)}]\n" for name in "bcdefgh"
        ) + "folder: *h\n",
        "folder: &a [*a]\n",
        "masks: [a]\n",
        "masks: {a: b}\n",
        "split: [train]\n",
        "min_rca: [1]\n",
        "subject: {a: 1}\n",
        "tags: [a]\n",
        "folder: " + "[" * 5000,
        "folder: 2024-99-99\n",
        "folder: " + "9" * 9000 + "\n",
        "folder: 3\n",
        'folder: "a\\0b"\n',
        "folder: " + "n" * 9000 + "\n",
        "!!python/object/apply:os.system ['true']\n",
    ],
    ids=range(15),
)  # fmt: skip
def test_yaml_made_to_hurt_is_one_short_line(write, text):
    with pytest.raises(InputError) as caught:
        read_source_file(write(text))
    assert len(str(caught.value)) < 900
    assert "\n" not in str(caught.value)
