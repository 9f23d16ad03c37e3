import numpy as np
import pytest
import tifffile

from medunet.images.tiff_header import is_plain


@pytest.mark.parametrize("options", [{}, {"byteorder": ">"}, {"tile": (16, 16)}])
def test_uncompressed_pages_are_plain(tmp_path, grey, options):
    tifffile.imwrite(tmp_path / "film", grey, photometric="minisblack", **options)
    assert is_plain(tmp_path / "film")


@pytest.mark.parametrize("options", [{"compression": "zlib"}, {"bigtiff": True}, {"subifds": 1}])
def test_others_are_not(tmp_path, grey, options):
    with tifffile.TiffWriter(tmp_path / "film", bigtiff=options.pop("bigtiff", False)) as file:
        file.write(grey, photometric="minisblack", **options)
        if "subifds" in options:
            file.write(grey[::2, ::2], photometric="minisblack")
    assert not is_plain(tmp_path / "film")


def test_two_pages_and_damage_are_not(tmp_path, grey):
    tifffile.imwrite(tmp_path / "two", np.stack([grey, grey]), photometric="minisblack")
    assert not is_plain(tmp_path / "two")
    data = (tmp_path / "two").read_bytes()
    for length in (0, 3, 6, 9, 40):
        (tmp_path / "cut").write_bytes(data[:length])
        assert not is_plain(tmp_path / "cut")
    assert not is_plain(tmp_path / "absent")
