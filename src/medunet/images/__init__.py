"""The lowest layer: images, label maps and their geometry, one file per format, and whole-or-nothing writing.

`grid`, `image`, `labelmap` and `pixels` are the values. `readers` holds the table of formats and asks each file what it
is by its content; `raster`, `tiff`, `nifti` and `dicom` read one format each. `limits` lists what is refused before it
is read. `writing` writes files whole or not at all and `disk` makes and clears their folders; `saving` and
`dicom_saving` write images and masks on top of them.
"""

from __future__ import annotations

from medunet.images.dicom_header import Patient
from medunet.images.dicom_saving import write_dicom
from medunet.images.disk import make_folder, meant_name, put_folder, remove, told
from medunet.images.grid import Grid, ThirdAxis
from medunet.images.image import Image, SpacingAt, View
from medunet.images.labelmap import LabelMap, Scheme
from medunet.images.limits import LIMITS, Limit, limits_in_force, limits_set, parse_limits
from medunet.images.pixels import Kind, Pixels
from medunet.images.readers import READERS, Reader, is_readable, read_grid, read_image, read_patient, read_pixels
from medunet.images.saving import write_labels, write_png
from medunet.images.writing import whole, write_bytes, write_csv, write_json, write_text

__all__ = [
    "LIMITS",
    "READERS",
    "Grid",
    "Image",
    "Kind",
    "LabelMap",
    "Limit",
    "Patient",
    "Pixels",
    "Reader",
    "Scheme",
    "SpacingAt",
    "ThirdAxis",
    "View",
    "is_readable",
    "limits_in_force",
    "limits_set",
    "make_folder",
    "meant_name",
    "parse_limits",
    "put_folder",
    "read_grid",
    "read_image",
    "read_patient",
    "read_pixels",
    "remove",
    "told",
    "whole",
    "write_bytes",
    "write_csv",
    "write_dicom",
    "write_json",
    "write_labels",
    "write_png",
    "write_text",
]
