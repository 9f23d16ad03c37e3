"""Shelf: the files beside a table, looked through when a row of it names none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from medunet.cases.folders import image_files
from medunet.cases.names import Split, listed
from medunet.cases.paired import place_all
from medunet.cases.pairing import Pair, pair
from medunet.cases.placing import Placed, key_of, place
from medunet.errors import InputError


class Shelf:
    """The files below a table's folder, placed by their names; nothing is read before it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _placed(self) -> tuple[list[Placed], tuple[str, ...]]:
        """Every file, and the sentences on how it was told what it is."""
        return place_all(image_files(self.folder), self.folder)

    @cached_property
    def _images(self) -> list[Placed]:
        """The images; without a mask every file is one, whatever its folder is called."""
        files = self._placed[0]
        masks = any(file.role == "mask" for file in files)
        return [file for file in files if file.role == "image" or (file.role is None and not masks)]

    @cached_property
    def _by_stem(self) -> Mapping[str, list[Placed]]:
        """The images under their names without the ending."""
        return _grouped((file.stem, file) for file in self._images)

    @cached_property
    def _by_key(self) -> Mapping[str, list[Placed]]:
        """The images under their names in lower case without words such as ``_image``."""
        return _grouped((file.key, file) for file in self._images)

    @cached_property
    def _by_name(self) -> Mapping[str, list[Placed]]:
        """The images under their names with the ending."""
        return _grouped((file.path.name, file) for file in self._images)

    @property
    def said(self) -> tuple[str, ...]:
        """How the files were told apart where their names did not do it."""
        return self._placed[1]

    def images(self) -> list[Path]:
        """The images: where nothing is a mask, every file."""
        return [file.path for file in self._images]

    def split_of(self, path: Path) -> Split | None:
        """The split that the folders between the table and a file name."""
        return place(path, self.folder).split if path.is_relative_to(self.folder) else None

    def named(self, name: str) -> Path | None:
        """The one image of this file name in any folder, or None."""
        fitting = self._by_name.get(name, [])
        return fitting[0].path if len(fitting) == 1 else None

    def of_id(self, name: str, split: Split | None, where: str) -> Path:
        """The one image that a case of this id and split has.

        Raises:
            InputError: none, or several.
        """
        files = self._by_stem.get(name) or self._by_key.get(key_of(name)[1], [])
        fitting = [file.path for file in files if split is None or file.split in (None, split)]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            what = f"names no file, and no image beside the table is called {name}"
            raise InputError(where, what, "Name the files in the columns image and target")
        folders = listed(sorted(path.parent.name for path in fitting), shown=5)
        what = f"names no file, and {len(fitting)} files ({folders}) are called {name}"
        raise InputError(where, what, "Name the file in the column image; several channels are joined by |")

    def pairs(self, images: Iterable[Path]) -> dict[Path, Pair]:
        """Each of these images that has masks beside the table, with them.

        Raises:
            InputError: which mask belongs to which image cannot be told.
        """
        wanted = set(images)
        masks = [file for file in self._placed[0] if file.role == "mask" and file.path not in wanted]
        known = [file for file in self._placed[0] if file.path in wanted]
        return {one.image.path: one for one in pair(known, masks)[0] if one.masks} if masks else {}


def _grouped(items: Iterable[tuple[str, Placed]]) -> dict[str, list[Placed]]:
    """Files under their names."""
    groups: dict[str, list[Placed]] = defaultdict(list)
    for name, file in items:
        groups[name].append(file)
    return dict(groups)
