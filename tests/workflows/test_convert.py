from __future__ import annotations

import csv
import json
import os

import numpy as np
import PIL.Image
import pytest

from medunet.cases import folders, read_cases, read_masks
from medunet.errors import InputError, OutputError, UsageError
from medunet.images import write_csv, write_dicom
from medunet.workflows import output
from medunet.workflows.convert import convert


def draw(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(np.asarray(array, np.uint8)).save(path)


def noise(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (8, 8))


TABLE = "ImageID,Dice RCA (Mean),Landmarks,Left Lung,Right Lung,Heart,Height,Width\n"


def chexmask(root):
    rows = [f"{n}.png,{rca},,23 2 31 2,18 2 26 2,29 3,8,8" for n, rca in (("a", 0.9), ("b", 0.6))]
    (root / "t.csv").write_text(TABLE + "\n".join(rows) + "\n")


def pairs(root):
    for n in range(3):
        draw(root / "train" / "images" / f"s{n}.png", noise(n))
        draw(root / "train" / "masks" / f"s{n}_mask.png", np.eye(8) * 255)
    draw(root / "test" / "images" / "s9.png", noise(9))
    draw(root / "test" / "masks" / "s9.png", np.eye(8) * 255)


def structures(root):
    for n in range(4):
        draw(root / "images" / f"s{n}.png", noise(n))
        draw(root / "masks" / "lung" / f"s{n}.png", np.eye(8) * 255)
        if n:
            draw(root / "masks" / "heart" / f"s{n}.png", np.eye(8)[::-1])


def table(root):
    pairs(root)
    (root / "cases.csv").write_text(
        "id,subject,image,target,split,annotated,view,target note\n"
        "x,P1,train/images/s0.png|train/images/s1.png,train/masks/s0_mask.png,train,foreground,PA,odd\n"
        "y/1,P2,train/images/s2.png,,val,,AP,\n"
    )


def of_chexmask(root):
    for n, name in enumerate("ab"):
        draw(root / f"{name}.png", noise(n))
    chexmask(root)


def mimic(root):
    draw(root / "files" / "p10" / "p10000032" / "s50414267" / "a.jpg", noise())
    (root / "mimic-cxr-2.0.0-metadata.csv").write_text("dicom_id,ViewPosition\na,AP\n")
    chexmask(root)


def nih(root):
    draw(root / "images" / "a.png", noise())
    (root / "Data_Entry_2017.csv").write_text("Image Index,Finding Labels,Patient ID,y]\na.png,Hernia,7,0.1\n")
    chexmask(root)


def films(root):
    draw(root / "a.png", noise())
    draw(root / "b" / "a.png", noise(1))


def joined(root):
    pairs(root / "one")
    structures(root / "two")
    (root / "data.yaml").write_text("sources: [{folder: one, rename: {foreground: lung}}, {folder: two, tags: {a: b}}]")


def seen(cases):
    """What cases are, files apart."""
    return {
        case.id: (
            case.subject,
            case.split,
            case.annotated,
            {name: text for name, text in case.tags.items() if text},
            case.read_image().array.tolist(),
            case.read_target().array.tolist() if case.target else None,
        )
        for case in cases
    }


@pytest.mark.parametrize("make", [pairs, structures, table, of_chexmask, mimic, nih, films, joined])
def test_every_layout_reads_back_as_it_was(tmp_path, make):
    make(tmp_path / "data") if (tmp_path / "data").mkdir() is None else None
    before = read_cases(tmp_path / "data", needs_target=False)
    done = convert(tmp_path / "data", out=tmp_path / "out")
    assert not done.failed
    after = read_cases(tmp_path / "out", needs_target=False)
    assert seen(after) == seen(before)
    assert after.scheme == before.scheme
    if before.scheme:
        assert json.loads((tmp_path / "out" / "masks" / "labels.json").read_text()) == before.scheme.to_mapping()


def test_a_table_without_films_gives_masks(tmp_path):
    chexmask(tmp_path)
    done = convert(tmp_path / "t.csv", out=tmp_path / "out")
    assert (done.done, done.structures["heart"]) == (("a",), 3)
    assert not (tmp_path / "out" / "images").exists()
    assert len(convert(tmp_path / "t.csv", out=tmp_path / "all", min_rca=0.5).done) == 2
    masks = read_masks([tmp_path / "all"])
    assert [case.id for case in masks] == ["a", "b"]
    original = read_masks([tmp_path / "t.csv"])
    for one, two in zip(masks, original, strict=True):
        assert np.array_equal(*(case.target.read(case.target.grid(), "").array for case in (one, two)))


def test_bad_cases_fail_alone_and_the_next_call_completes(tmp_path):
    pairs(tmp_path / "data")
    good = (tmp_path / "data" / "train" / "images" / "s1.png").read_bytes()
    (tmp_path / "data" / "train" / "images" / "s1.png").write_bytes(good[:60])
    done = convert(tmp_path / "data", out=tmp_path / "out")
    assert (len(done.done), list(done.failed), done.kept) == (3, ["s1"], 0)
    rows = list(csv.DictReader((tmp_path / "out" / "failed.csv").open()))
    assert [(row["case"], row["file"]) for row in rows] == [("s1", "s1.png")]
    (tmp_path / "data" / "train" / "images" / "s1.png").write_bytes(good)
    (tmp_path / "out" / "masks" / "s2.png").unlink()
    again = convert(tmp_path / "data", out=tmp_path / "out")
    assert (len(again.done), again.failed, again.kept) == (4, {}, 2)
    assert not (tmp_path / "out" / "failed.csv").exists()
    later = (tmp_path / "out" / "images" / "s0.png").stat().st_mtime + 5
    os.utime(tmp_path / "data" / "train" / "images" / "s0.png", (later, later))
    assert convert(tmp_path / "data", out=tmp_path / "out").kept == 3


def test_what_a_table_says_now_counts(tmp_path, write_films):
    """A case that was moved to another split must not keep the one it had."""
    films = write_films(tmp_path / "data", count=3)

    def go(*rows):
        write_csv(tmp_path / "data" / "cases.csv", ("id", "subject", "split", "view", "site"), rows)
        done = convert(tmp_path / "data", out=tmp_path / "out")
        return done.kept, [(case.subject, case.split, case.view) for case in read_cases(tmp_path / "out")]

    first, second, third = (film.id for film in films)
    assert go((first, "p", "train", "PA", "x"), (second, "q", "test", "AP", ""), (third, "r", "test", "AP", "")) == (
        0,
        [("p", "train", "PA"), ("q", "test", "AP"), ("r", "test", "AP")],
    )
    assert go((first, "p", "test", "PA", "x"), (second, "p", "test", "AP", ""), (third, "r", "test", "AP", "")) == (
        1,
        [("p", "test", "PA"), ("p", "test", "AP"), ("r", "test", "AP")],
    )


def test_a_view_that_a_table_no_longer_says_is_gone(tmp_path, write_films):
    film = write_films(tmp_path / "data", count=1)[0]
    table = tmp_path / "data" / "cases.csv"
    write_csv(table, ("id", "subject", "view"), [(film.id, "p", "AP")])
    convert(tmp_path / "data", out=tmp_path / "out")
    write_csv(table, ("id", "subject"), [(film.id, "p")])
    later = table.stat().st_mtime + 5
    os.utime(table, (later, later))
    convert(tmp_path / "data", out=tmp_path / "out")
    assert [case.view for case in read_cases(tmp_path / "out")] == [None]


def test_a_stop_in_the_middle_loses_nothing(tmp_path):
    pairs(tmp_path / "data")

    class Stop:
        def say(self, text): ...
        def begin(self, what, total): ...
        def end(self): ...

        def advance(self, done, note=""):
            if done == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(tmp_path / "data", out=tmp_path / "out", progress=Stop())
    assert convert(tmp_path / "data", out=tmp_path / "out").kept == 2


def test_what_is_refused(tmp_path):
    pairs(tmp_path / "data")
    convert(tmp_path / "data", out=tmp_path / "out")
    with pytest.raises(OutputError, match="differs in: labels, rename"):
        convert(tmp_path / "data", out=tmp_path / "out", rename={"foreground": "lung"})
    convert(tmp_path / "data", out=tmp_path / "out", rename={"foreground": "lung"}, overwrite=True)
    for place in ("data", "data/inside"):
        with pytest.raises(OutputError, match="among the data"):
            convert(tmp_path / "data", out=tmp_path / place)
    with pytest.raises(UsageError, match="--min-rca"):
        convert(tmp_path / "data", out=tmp_path / "x", min_rca=7)
    draw(tmp_path / "odd" / "images" / "a.png", noise())
    draw(tmp_path / "odd" / "masks" / "a.png", noise())
    with pytest.raises(InputError, match="label maps"):
        convert(tmp_path / "odd", out=tmp_path / "y")


def test_what_a_header_says_goes_into_the_table(tmp_path, write_films):
    from medunet.phantoms import chest_film

    film = chest_film(1, 0, size=64, bits=12)
    write_dicom(tmp_path / "data" / "a.dcm", film.image, subject="S")
    convert(tmp_path / "data", out=tmp_path / "out")
    row = next(csv.DictReader((tmp_path / "out" / "cases.csv").open()))
    assert row["view"] == film.image.view
    case = read_cases(tmp_path / "out", needs_target=False).cases[0]
    assert np.array_equal(case.read_image().array, film.image.array)


@pytest.mark.parametrize("content", ["", "id;subject\na;a\n", "id,subject\na,a\n", "\x00", None])
def test_a_table_that_other_programs_changed_is_made_anew(tmp_path, content):
    pairs(tmp_path / "data")
    done = convert(tmp_path / "data", out=tmp_path / "out")
    whole = (tmp_path / "out" / "cases.csv").read_bytes()
    odd = whole.decode().rstrip("\n") + ",one cell more\n" if content is None else content
    (tmp_path / "out" / "cases.csv").write_text(odd)
    again = convert(tmp_path / "data", out=tmp_path / "out")
    assert (again.kept, again.done) == (0, done.done)
    assert (tmp_path / "out" / "cases.csv").read_bytes() == whole


def test_data_among_the_own_results_are_refused(tmp_path):
    pairs(tmp_path / "data")
    convert(tmp_path / "data", out=tmp_path / "out")
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="lies among the data"):
            convert(tmp_path / "out", out=tmp_path / "out", overwrite=overwrite)
    # A table elsewhere that names what was converted.
    (tmp_path / "far").mkdir()
    name = next((tmp_path / "out" / "images").iterdir()).name
    (tmp_path / "far" / "list.csv").write_text(f"id,image\na,../out/images/{name}\n")
    with pytest.raises(OutputError, match=rf"out: holds what is to be read \({name}\)"):
        convert(tmp_path / "far" / "list.csv", out=tmp_path / "out", overwrite=True)
    assert (tmp_path / "out" / "images" / name).is_file()


def test_the_mark_is_the_one_that_reading_knows():
    assert folders.OUTPUT_MARK == output.MARK


def test_an_output_that_is_a_link_to_itself_is_one_line(tmp_path):
    pairs(tmp_path / "data")
    (tmp_path / "out").symlink_to("out")
    with pytest.raises(OutputError, match="lies under something that is not a folder"):
        convert(tmp_path / "data", out=tmp_path / "out")
