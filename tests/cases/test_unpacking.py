from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medunet.cases import unpacking
from medunet.cases.unpacking import read_stretch
from medunet.errors import InputError

CONTENT = np.random.default_rng(0).integers(97, 123, 300_000).astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The content as one gzip file of three members."""
    path = tmp_path_factory.mktemp("packed") / "a.csv.gz"
    third = len(CONTENT) // 3
    path.write_bytes(b"".join(gzip.compress(part) for part in (CONTENT[:third], CONTENT[third:-5], CONTENT[-5:])))
    return path


@settings(deadline=None, max_examples=30)
@given(places=st.lists(st.tuples(st.integers(0, len(CONTENT) - 1), st.integers(1, 90_000)), min_size=1, max_size=6))
def test_any_stretch_in_any_order(packed, places):
    unpacking._unpacker.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unpacking, "STEP", 20_000)
        for offset, size in places:
            size = min(size, len(CONTENT) - offset)
            assert read_stretch(packed, offset, size) == CONTENT[offset : offset + size]


def test_plain_files_and_ends(tmp_path, packed):
    (tmp_path / "a.csv").write_bytes(CONTENT)
    assert read_stretch(tmp_path / "a.csv", 10, 5) == CONTENT[10:15]
    for path in (tmp_path / "a.csv", packed):
        with pytest.raises(InputError, match="ends before the row"):
            read_stretch(path, len(CONTENT) - 2, 5)


def test_a_changed_file_is_read_anew(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"first"))
    assert read_stretch(path, 0, 5) == b"first"
    path.write_bytes(gzip.compress(b"other text"))
    assert read_stretch(path, 6, 4) == b"text"


def test_damage(tmp_path):
    path = tmp_path / "a.gz"
    data = bytearray(gzip.compress(CONTENT))
    data[2000:2020] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read any more"):
        read_stretch(path, len(CONTENT) - 9, 9)
