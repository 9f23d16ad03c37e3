from __future__ import annotations

import hashlib
import os

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


def test_a_pipe_or_a_device_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    for name in ("pipe", "endless", ""):
        with pytest.raises(InputError, match="is a pipe, a device or a folder"):
            file_digest(tmp_path / name)
