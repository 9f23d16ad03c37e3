import threading
from pathlib import Path

import pytest

from medunet.errors import InputError, UsageError
from medunet.images.limits import (
    LIMITS,
    MAX_ARRAY_BYTES,
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_VOXELS,
    check_file_size,
    check_shape,
    limits_in_force,
    limits_set,
    parse_limits,
)

FILE = Path("bomb.nii")


def test_the_table_names_every_limit_once_and_says_why():
    assert len(LIMITS) == 9
    assert all(name == limit.name and limit.value > 0 and limit.why.endswith(".") for name, limit in LIMITS.items())


@pytest.mark.parametrize(
    ("shape", "size", "limit"),
    [
        ((65535, 65535), 1, MAX_PIXELS),
        ((65535, 65535, 1), 1, MAX_PIXELS),
        ((2000, 2000, 2000), 1, MAX_VOXELS),
        ((900, 900, 900), 16, MAX_ARRAY_BYTES),
    ],
)
def test_a_claim_above_a_limit_is_refused_by_its_name(shape, size, limit):
    with pytest.raises(InputError, match=rf"bomb\.nii: claims .* more than the limit {limit.name} of {limit.value:,}"):
        check_shape(FILE, shape, size)


def test_real_sizes_pass():
    check_shape(FILE, (5000, 6000), 8)
    check_shape(FILE, (512, 512, 1200), 4)
    check_file_size(FILE, MAX_FILE_BYTES.value)


def test_no_elements_and_too_many_bytes_are_refused():
    with pytest.raises(InputError, match="claims a size of 0 x 5"):
        check_shape(FILE, (0, 5), 1)
    with pytest.raises(InputError, match="max_file_bytes"):
        check_file_size(FILE, MAX_FILE_BYTES.value + 1)


def test_a_limit_holds_inside_its_block_and_thread_only():
    seen = []
    with limits_set(max_pixels=4e8):
        assert MAX_PIXELS.allowed == limits_in_force()["max_pixels"].value == 400_000_000
        with limits_set(max_voxels=7):
            assert (MAX_PIXELS.allowed, MAX_VOXELS.allowed) == (400_000_000, 7)
        check_shape(FILE, (15000, 15000), 1)
        other = threading.Thread(target=lambda: seen.append(MAX_PIXELS.allowed))
        other.start()
        other.join()
    assert seen == [MAX_PIXELS.value]
    assert MAX_PIXELS.allowed == MAX_PIXELS.value
    with pytest.raises(InputError, match="--limit max_pixels=225000000"):
        check_shape(FILE, (15000, 15000), 1)


def test_words_of_the_command_line():
    assert parse_limits(["max_pixels=4e8", "max_voxels=12"]) == {"max_pixels": 4e8, "max_voxels": 12}
    for word, said in {
        "max_pixels": "is not NAME=NUMBER",
        "max_pixels=many": "is not NAME=NUMBER",
        "max_pixel=5": "Did you mean max_pixels",
        "depth=5": "is no limit",
        "max_pixels=0": "whole number from 1",
        "max_pixels=1.5": "whole number from 1",
        "max_pixels=inf": "whole number from 1",
        "max_pixels=nan": "whole number from 1",
    }.items():
        with pytest.raises(UsageError, match=said):
            parse_limits([word])
