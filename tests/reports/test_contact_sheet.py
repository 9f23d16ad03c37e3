from __future__ import annotations

import PIL.Image
import pytest

from medunet.reports.contact_sheet import contact_sheet


def tiles(count, size=(100, 80)):
    return [PIL.Image.new("L", size, 40 * number + 40) for number in range(count)]


def test_pictures_stand_in_rows():
    sheet = contact_sheet(tiles(5), 3)
    assert sheet.mode == "RGB"
    assert sheet.width > 300
    assert 160 < sheet.height < 200
    assert sheet.getpixel((60, 50)) == (40, 40, 40)
    assert sheet.getpixel((60, 140)) == (160, 160, 160)


def test_fewer_pictures_than_columns_make_a_narrow_sheet():
    assert contact_sheet(tiles(2), 6).width < 250


def test_captions_take_room_below_each_picture():
    assert contact_sheet(tiles(2), 2, ["one", "two " * 90]).height > contact_sheet(tiles(2), 2).height
    assert contact_sheet(tiles(1), 1, [""]).width == contact_sheet(tiles(1), 1).width


def test_pictures_of_different_sizes_share_a_cell():
    sheet = contact_sheet([PIL.Image.new("RGB", (50, 20), "#ff0000"), PIL.Image.new("RGB", (100, 80))], 2)
    assert sheet.getpixel((54, 44)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("images", "columns", "captions"), [([], 2, None), (tiles(2), 0, None), (tiles(2), 2, ["one"])]
)
def test_what_cannot_be_laid_out_is_refused(images, columns, captions):
    with pytest.raises(ValueError, match=r"sheet needs|captions for"):
        contact_sheet(images, columns, captions)
