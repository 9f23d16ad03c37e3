from __future__ import annotations

import pytest

from medunet.errors import InputError
from medunet.workflows.study_rows import found_column


def test_a_column_is_found_by_any_spelling_but_its_own_goes_first():
    columns = ("View Position", "view_position", "Sex")
    assert found_column("view_position", columns, "t.csv") == "view_position"
    assert found_column("sex", columns, "t.csv") == "Sex"


@pytest.mark.parametrize("name", ["age", "VIEW POSITION"])
def test_a_column_that_is_not_there_or_not_one_is_refused(name):
    with pytest.raises(InputError, match=r"t\.csv: has no column .* \(it has View Position, view_position, Sex\)"):
        found_column(name, ("View Position", "view_position", "Sex"), "t.csv")
