from __future__ import annotations

from medunet.workflows.remarks import own_remarks, remarks_of, repeated_remarks, shared_remarks


def row(reason, value=0.5):
    return {"value": value, "reason": reason}


def test_what_all_films_share_is_said_once():
    rows = [row("view unknown; wide"), row("view unknown"), row("no heart", None), row("view unknown; small")]
    assert shared_remarks(rows) == ("view unknown",)
    assert [own_remarks(one, ("view unknown",)) for one in rows] == ["wide", "", "no heart", "small"]


def test_one_film_shares_nothing():
    assert shared_remarks([row("view unknown"), row("no heart", None)]) == ()


def test_no_remark_is_none():
    assert remarks_of(row("")) == remarks_of(row(None)) == ()


def test_why_rows_lack_a_verdict_is_counted_and_what_is_of_a_film_is_not():
    rows = [row("view unknown: no verdict; wide"), row("wide"), row("view unknown: no verdict", None), row("wide")]
    assert repeated_remarks(rows, ()) == {"view unknown: no verdict": 2}
    assert repeated_remarks(rows, ("view unknown: no verdict",)) == {}
    assert repeated_remarks(rows[1:], ()) == {}, "what one film says stays beside it"
