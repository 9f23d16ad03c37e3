from __future__ import annotations

import re
from pathlib import Path

from medunet.auditing.registry import CODES, FINDINGS

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"


def test_codes_are_stable_words_and_unique():
    assert len(set(CODES)) == len(CODES)
    assert all(re.fullmatch(r"MU[1-5]\d\d", code) for code in CODES)
    assert list(CODES) == sorted(CODES)


def test_each_check_says_what_it_is():
    for check in FINDINGS:
        assert check.title
        assert check.needs
        assert check.find.__doc__, check.code
        assert check.severity in ("issue", "warning")


def test_each_check_is_on_the_page_with_its_severity():
    row = r'^\| <a id="mu\d{3}"></a>`(MU\d{3})` \| ([^|]+) \| (issue|warning) \|'
    rows = re.findall(row, PAGE.read_text(), re.MULTILINE)
    assert rows == [(check.code, check.title, check.severity) for check in FINDINGS]
