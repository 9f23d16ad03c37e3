"""The page of audit."""

from __future__ import annotations

import re

import pytest

from medunet.auditing import FINDINGS, Evidence, gather, look_at_all, portray, run_checks
from medunet.images import write_labels, write_png
from medunet.phantoms import chest_film
from medunet.reports import render
from medunet.workflows.audit_page import audit_page


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("films")
    for index in range(3):
        film = chest_film(3, index, size=96)
        write_png(tmp_path / "images" / f"film-{index}.png", film.image)
        write_labels(tmp_path / "masks" / f"film-{index}.png", film.labels)
    path = tmp_path / "images" / "film-2.png"
    path.write_bytes((tmp_path / "images" / "film-1.png").read_bytes())
    gathered = gather(tmp_path)
    evidence = Evidence(gathered, look_at_all(gathered.cases))
    return render(audit_page("<films>", portray(evidence), run_checks(FINDINGS, evidence, {"MU503"}), evidence))


def test_portrait_comes_before_checks_and_these_before_findings(page):
    places = [page.index(word) for word in (">Portrait<", ">Examples<", ">Checks<", "MU501 exact copies<")]
    assert places == sorted(places)


def test_every_check_and_every_outcome_is_shown(page):
    assert all(check.code in page for check in FINDINGS)
    for outcome in ("issue", "passed", "not applicable", "silenced"):
        assert outcome in page


def test_what_was_not_looked_at_stands_apart_and_is_counted(page):
    looked, unlooked = page.split("Checks that did not look", 1)
    assert "MU105</" not in looked.split(">Checks<")[1]
    assert "there is no cases.csv" in unlooked
    assert "silenced by the user" in unlooked
    assert "nothing is known" in looked.split(">Portrait<")[0]


def test_issues_come_before_warnings(page):
    severity = {check.code: check.severity for check in FINDINGS}
    shown = [severity[code] for code in re.findall(r">(MU\d{3}) [^<]+</h2>", page)]
    assert {"issue", "warning"} <= set(shown)
    assert shown == sorted(shown)


def test_names_are_escaped_and_nothing_is_loaded(page):
    assert "<films>" not in page
    assert "&lt;films&gt;" in page
    assert 'src="http' not in page


def test_the_films_are_shown_with_their_masks(page):
    assert page.count("data:image/jpeg") >= 5
    assert "label_3" in page


def test_a_folder_of_broken_files_still_has_a_page(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    gathered = gather(tmp_path)
    evidence = Evidence(gathered, look_at_all(gathered.cases))
    page = render(audit_page("x", portray(evidence), run_checks(FINDINGS, evidence), evidence))
    assert "there is no contact sheet" in page
