"""FilmIndex: films found by the names that a table gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from medunet.cases.folders import name_and_ending
from medunet.cases.names import listed
from medunet.errors import InputError

_UNUSUAL = (".dicom",)  # endings that films of VinDr-CXR have and readers do not ask for


class FilmIndex:
    """Films under their names without folders and endings, in lower case."""

    def __init__(self, films: Iterable[Path], root: Path) -> None:
        self._root = root
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for film in films:
            self._by_stem[_stem(film.name)].append(film)

    def of(self, key: str, where: str) -> Path | None:
        """The film that a key names, or None.

        A key with folders, as CheXpert's, fits a film whose folders end as the key's do, as far as both have some.

        Args:
            key: a name, with or without ending and folders.
            where: file and line, for messages.

        Raises:
            InputError: several films fit.
        """
        path = PurePosixPath(key.replace("\\", "/"))
        folders = [part.casefold() for part in path.parts[:-1]]
        films = self._by_stem.get(_stem(path.name), [])
        if folders:
            films = [film for film in films if _agree(folders, film.relative_to(self._root).parts[:-1])]
            most = max((_shared(folders, film.relative_to(self._root).parts[:-1]) for film in films), default=0)
            films = [film for film in films if _shared(folders, film.relative_to(self._root).parts[:-1]) == most]
        if len(films) > 1:
            shown = listed(sorted(film.relative_to(self._root).as_posix() for film in films))
            raise InputError(where, f"names a film that is there {len(films)} times ({shown})", "Keep one of them")
        return films[0] if films else None


def _stem(name: str) -> str:
    """A file's name without its ending, in lower case."""
    stem = name_and_ending(Path(name))[0].casefold()
    return next((stem.removesuffix(ending) for ending in _UNUSUAL if stem.endswith(ending)), stem)


def _agree(key: Sequence[str], folders: Sequence[str]) -> bool:
    """Whether two lists of folders end alike as far as both go; a folder more on the film's side is no matter."""
    return all(own == film.casefold() for own, film in zip(reversed(key), reversed(folders), strict=False))


def _shared(key: Sequence[str], folders: Sequence[str]) -> int:
    """How many folders two lists share from their ends."""
    return min(len(key), len(folders)) if _agree(key, folders) else 0
