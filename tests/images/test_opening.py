import logging
import os
import threading
import warnings
from pathlib import Path

import pytest

from medunet.errors import InputError
from medunet.images.opening import HEAD_BYTES, decoding, head_of, unreadable, warnings_kept


def test_the_head_is_the_beginning_and_no_more(tmp_path):
    path = tmp_path / "long"
    path.write_bytes(b"abc" * HEAD_BYTES)
    assert head_of(path) == (b"abc" * HEAD_BYTES)[:HEAD_BYTES]


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    for name, words in {
        ".": "is a folder",
        "empty.png": r"is empty \(0 bytes\)",
        "pipe.png": "is a pipe or a device",
        "absent.png": "does not exist",
        "empty.png/x.png": "does not exist",
        "loop.png": "cannot be read",
        "n" * 300: "cannot be read",
        "a\0b": "no possible file name",
    }.items():
        with pytest.raises(InputError, match=words):
            head_of(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    path = tmp_path / "film.png"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(InputError, match="may not be read by this user"):
        head_of(path)


def test_permission_has_its_own_words():
    assert unreadable(Path("film.png"), PermissionError()).what == "may not be read by this user"


@pytest.mark.parametrize(
    "error", [ValueError("Name^Patient"), RecursionError(), SyntaxError("x"), OSError("x"), KeyError(1)]
)
def test_any_decoder_failure_is_one_line_without_the_decoders_words(error):
    with (
        pytest.raises(InputError, match=r"film\.png: is damaged or cut off: its PNG data") as caught,
        decoding(Path("film.png"), "PNG"),
    ):
        raise error
    assert "Patient" not in str(caught.value)
    assert caught.value.__cause__ is error


def test_our_own_refusals_and_a_users_stop_pass_through():
    refusal = InputError("film.png", "is colour", "Export it in grey")
    with pytest.raises(InputError) as caught, decoding(Path("film.png"), "PNG"):
        raise refusal
    assert caught.value is refusal
    with pytest.raises(KeyboardInterrupt), decoding(Path("film.png"), "PNG"):
        raise KeyboardInterrupt
    with pytest.raises(InputError, match="memory"), decoding(Path("film.png"), "PNG"):
        raise MemoryError


def test_warnings_are_kept_and_the_filters_come_back_from_many_threads():
    before = list(warnings.filters)
    counts = []

    def work():
        with warnings_kept() as caught:
            warnings.warn("Name^Patient", stacklevel=1)
            counts.append(len(caught))

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1] * 20
    assert warnings.filters == before


def test_what_libraries_log_while_a_file_is_read_is_kept_off(caplog):
    logger = logging.getLogger("pydicom")
    with caplog.at_level(logging.DEBUG):
        with warnings_kept():
            logger.warning("Invalid value for VR UI: 'ZZCANARY'")
        assert not caplog.records
        logger.warning("from another user of the library")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (5, r"cannot be read \(Input/output error\)"),
        (2, "does not exist"),
        (22, "damaged or cut off"),
        (13, "may not be"),
    ],
)
def test_what_the_disk_says_is_no_damage_of_the_file(number, words):
    with pytest.raises(InputError, match=words), decoding(Path("film.png"), "PNG"):
        raise OSError(number, "film.png of Name^Patient")
