from pathlib import Path

import pytest

from medunet.errors import InputError
from medunet.images.limits import (
    LIMITS,
    MAX_ARRAY_BYTES,
    MAX_FILE_BYTES,
    MAX_PIXELS,
    MAX_VOXELS,
    check_file_size,
    check_shape,
)

FILE = Path("bomb.nii")


def test_the_table_names_every_limit_once_and_says_why():
    assert set(LIMITS) == {"max_file_bytes", "max_pixels", "max_voxels", "max_array_bytes"}
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
