"""The documentation is a tested artefact.

Every page is carried out from top to bottom in a folder of its own, as a newcomer would: each python snippet runs; each
line that begins with `medunet` is parsed by the real command line; those under a mark are run. The marks are HTML
comments on the line above a fence:

    <!-- run -->  or  <!-- run: exit 3 -->   the lines of a sh block are run, with this exit code
    <!-- prints -->                          the block before has printed these lines, in order; `…` is anything
    <!-- file: NAME -->                      the block is written to NAME, for the blocks after it
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from scipy import ndimage

import medunet
from medunet.cli import entry
from medunet.cli.app import app
from medunet.images import LabelMap, write_csv, write_dicom, write_json, write_labels, write_png
from medunet.phantoms import SCHEME, chest_films

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", *DOCS]
TINY = ["steps=24", "size=[32,32]", "widths=[4,8,16]", "lr=1e-2"]


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line it begins on, and the mark above it."""

    language: str
    text: str
    line: int
    mark: str

    @property
    def exit_code(self) -> int | None:
        """The code that a run must end with, or None where the block is not run."""
        found = re.fullmatch(r"run(?:: exit (\d+))?", self.mark)
        return int(found[1] or 0) if found else None

    @property
    def calls(self) -> list[str]:
        """The lines of a sh block that call medunet, continued lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language in ("sh", "console") else []
        return [line for text in lines if (line := text.strip().removeprefix("$ ")).split(" ")[0] == "medunet"]


def blocks_of(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = []
    for match in re.finditer(r"(?:^<!-- ([^\n]*?) -->\n)?^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        found.append(Block(match[2], match[3], text[: match.start(2)].count("\n") + 1, match[1] or ""))
    return found


def name_of(page: Path) -> str:
    """A page as messages call it."""
    return page.relative_to(ROOT).as_posix()


# -- calls of the command line ----------------------------------------------------------------------------------------


def words_of(call: str) -> tuple[list[str], str | None]:
    """The words behind `medunet` in a line of a shell, and the file its output is sent to."""
    words = shlex.split(call, comments=True)[1:]
    place = words[words.index(">") + 1] if ">" in words else None
    for sign in ("|", ">"):
        words = words[: words.index(sign)] if sign in words else words
    return words, place


def command_table() -> dict[str, Any]:
    """Every command by its words: train, models, models show, …"""
    table: dict[str, Any] = {}
    for name, command in typer.main.get_command(app).commands.items():
        table[name] = command
        table |= {f"{name} {word}": inner for word, inner in getattr(command, "commands", {}).items()}
    return table


def refuse_wrong_call(words: list[str]) -> None:
    """Raise where the command line would not understand these words; nothing is run."""
    if words and words[0].startswith("-"):
        known = {option for param in typer.main.get_command(app).params for option in param.opts}
        assert set(words) <= known | {"--help"}, words
        return
    table = command_table()
    name = next((text for n in (2, 1) if (text := " ".join(words[:n])) in table), None)
    assert name is not None, f"medunet has no command {' '.join(words[:1])}"
    rest = words[len(name.split()) :]
    if not {"-h", "--help"} & set(rest):
        table[name].make_context(name, list(rest))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_call_is_understood(page):
    for block in blocks_of(page.read_text()):
        for call in block.calls:
            try:
                refuse_wrong_call(words_of(call)[0])
            except Exception as fault:
                pytest.fail(f"{name_of(page)}, line {block.line}: `{call}`: {fault}")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_options_named_in_the_text_exist(page):
    table = command_table()
    known = {option for command in table.values() for param in command.params for option in param.opts}
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`([^`]+)`", text):
        words = code.split()
        if words[:1] == ["medunet"] and words[1:] and re.fullmatch(r"[a-z]+", words[1]):
            assert words[1] in table, f"{name_of(page)} names `{code}`"
        options = [word for word in words if re.fullmatch(r"--[a-z-]+", word)]
        if words[:1] == ["medunet"] or code.startswith("--"):
            assert set(options) <= known | {"--help", "--version"}, f"{name_of(page)} names `{code}`"


@pytest.mark.parametrize("call", ["medunet trian films", "medunet train films --folds 2", "medunet predict film.png"])
def test_a_wrong_call_is_noticed(call):
    with pytest.raises(Exception, match=r"no command|[Nn]o such option|Missing"):
        refuse_wrong_call(words_of(call)[0])


# -- pages are carried out --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Iterator[Path]:
    """A folder as the pages speak of it: films with masks, other films, masks of another program, a small run."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("docs")
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        write_films(home / "films", seed=1, count=20)
        write_films(home / "other-films", seed=2, count=3)
        write_other_masks(home / "other-films", home / "other-masks")
        write_new_films(home)
        with contextlib.chdir(home):
            changes = [word for change in TINY for word in ("--set", change)]
            code, said = call_medunet(["train", "films", "--out", "run", *changes])
            assert code == 0, said
        yield home
    torch.set_num_threads(threads)


def write_films(folder: Path, seed: int, count: int) -> None:
    """Films of 64 pixels with masks, labels.json and cases.csv."""
    rows = []
    for film in chest_films(seed, count, size=64):
        write_png(folder / "images" / f"{film.id}.png", film.image)
        write_labels(folder / "masks" / f"{film.id}.png", film.labels)
        rows.append([film.id, film.subject, *film.tags.values(), f"{film.ctr:.3f}"])
    write_json(folder / "masks" / "labels.json", SCHEME.to_mapping())
    tags = next(iter(chest_films(seed, 1, size=64))).tags
    write_csv(folder / "cases.csv", ("id", "subject", *tags, "ctr_expert"), rows)


def write_other_masks(films: Path, folder: Path) -> None:
    """Masks of the same films as another program would make them: the heart a pixel larger, other values."""
    for film in chest_films(2, 3, size=64):
        heart = ndimage.binary_dilation(film.labels.mask("heart"))
        lungs = (film.labels.array > 0) & ~heart
        array = np.select([heart, lungs], [2, 1], 0).astype(np.uint8)
        scheme = SCHEME.of(("lung", "heart"))
        write_labels(folder / f"{film.id}.png", LabelMap(array, film.labels.grid, scheme))
    write_json(folder / "labels.json", {"lung": 1, "heart": 2})


def write_new_films(home: Path) -> None:
    """Films without masks: a PNG, a DICOM file, and a folder with a broken file among good ones."""
    for number, film in enumerate(chest_films(3, 2, size=96, bits=12), start=1):
        write_dicom(home / "new-films" / f"film-{number}.dcm", film.image, subject=film.subject)
    whole = (home / "new-films" / "film-1.dcm").read_bytes()
    (home / "new-films" / "broken.dcm").write_bytes(whole[: len(whole) // 2])
    shutil.copy(home / "new-films" / "film-1.dcm", home / "film.dcm")
    shutil.copy(next((home / "films" / "images").iterdir()), home / "film.png")


def call_medunet(words: list[str]) -> tuple[int, str]:
    """Run a command in this process; its exit code, and all that it printed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = entry.run(words)
    return code, said.getvalue()


def runs_calls(block: Block) -> str:
    """Run the calls of a marked block; what they printed."""
    printed = ""
    for call in block.calls:
        words, place = words_of(call)
        code, said = call_medunet(words)
        assert code == block.exit_code, f"`{call}` ended with {code}:\n{said}"
        if place is not None:
            Path(place).write_text(said)
        else:
            printed += said
    return printed


def runs_python(block: Block, names: dict[str, object], page: Path) -> str:
    """Run a python snippet; what it printed."""
    said = io.StringIO()
    code = compile("\n" * block.line + block.text, str(page), "exec")
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        exec(code, names)
    return said.getvalue()


def check_printed(wanted: str, printed: str) -> None:
    """Every line of `wanted` is in `printed`, in order; `…` stands for anything."""
    lines = iter([" ".join(line.split()) for line in printed.splitlines()])
    for line in filter(None, (" ".join(text.split()) for text in wanted.splitlines())):
        pattern = ".*".join(re.escape(part.strip()) for part in line.split("…"))
        assert any(re.fullmatch(pattern, said) for said in lines), (
            f"`{line}` is not in, or not in this order:\n{printed}"
        )


def is_carried_out(page: Path) -> bool:
    """Whether there is anything to run on a page."""
    return any(block.language == "python" or block.exit_code is not None for block in blocks_of(page.read_text()))


@pytest.mark.parametrize("page", [page for page in PAGES if is_carried_out(page)], ids=name_of)
def test_the_page_can_be_followed(page, prepared, tmp_path, monkeypatch, drawn_once):
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(prepared / "cache"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    printed = ""
    for block in blocks_of(page.read_text()):
        where = f"{name_of(page)}, line {block.line}"
        try:
            if block.mark.startswith("file: "):
                Path(block.mark.removeprefix("file: ")).write_text(block.text)
            elif block.mark == "prints":
                check_printed(block.text, printed)
            elif block.language == "python":
                printed = runs_python(block, names, page)
            elif block.exit_code is not None:
                printed = runs_calls(block)
        except Exception as fault:
            raise AssertionError(f"{where}: {fault}") from fault


@pytest.mark.parametrize("wanted", ["b\na", "a\nd", "a … c"])
def test_a_wrong_output_is_noticed(wanted):
    with pytest.raises(AssertionError, match="is not in"):
        check_printed(wanted, "a\nb\nc\n")


def test_marks_are_known():
    for page in DOCS:
        for block in blocks_of(page.read_text()):
            known = block.mark in ("", "prints") or block.mark.startswith("file: ") or block.exit_code is not None
            assert known, f"{name_of(page)}, line {block.line}: the mark {block.mark!r} means nothing"


# -- links, and what does not belong into a page ----------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_resolve(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        assert not anchor or anchor in anchors(target.read_text()), f"{name_of(page)} links to {link}"


def test_every_page_is_on_the_map():
    text = (ROOT / "docs" / "index.md").read_text()
    assert not [
        name
        for page in DOCS
        if (name := page.relative_to(ROOT / "docs").as_posix()) not in (*_linked(text), "index.md")
    ]


def _linked(text: str) -> list[str]:
    return re.findall(r"\]\(([^)#\s]+)", text)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=name_of)
def test_no_page_holds_what_is_not_for_readers(page):
    text = page.read_text()
    private = (
        r"(?<![\w.])/(?:work|home|root|tmp|Users|mnt)/|[A-Z]:\\|//[^/\s]*/simple\b|pypi\.|\bTODO\b|\bFIXME\b|issue \d"
    )
    found = re.search(private, text)
    assert not found, f"{name_of(page)}: {found and found[0]}"


def test_the_changelog_speaks_of_this_version():
    assert f"## {medunet.__version__}" in (ROOT / "CHANGELOG.md").read_text()
