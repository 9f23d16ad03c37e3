from __future__ import annotations

import pytest

from medunet.cases.joining import rows_by
from medunet.errors import InputError


def test_only_the_wanted_rows(tmp_path):
    (tmp_path / "t.csv").write_text("dicom_id,split,\na,train,\nb,test,\n")
    assert rows_by(tmp_path / "t.csv", ("dicom id",), {"b"}) == {"b": {"dicom_id": "b", "split": "test"}}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x,y\n1,2\n", "has no column dicom id"),
        ("dicom_id,y\na\n", "line 2: has 1 cells"),
        ("dicom_id\na\na\n", "1 row"),
    ],
)
def test_faults(tmp_path, text, fault):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=fault):
        rows_by(tmp_path / "t.csv", ("dicom id",), {"a"})
