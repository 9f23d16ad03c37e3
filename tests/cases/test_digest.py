from __future__ import annotations

import hashlib

import pytest

from medunet.cases.digest import file_digest
from medunet.errors import InputError


def test_the_content_alone_counts(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"film")
    assert file_digest(tmp_path / "a") == file_digest(tmp_path / "b") == hashlib.sha256(b"film").digest()


def test_a_file_that_is_gone(tmp_path):
    with pytest.raises(InputError, match="gone: cannot be read"):
        file_digest(tmp_path / "gone")
