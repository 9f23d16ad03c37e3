from __future__ import annotations

import json

from medunet.workflows.study_result import analysis_dict, estimates_of, shares_of, validated_shares


def test_a_study_is_plain_values_with_a_reason_beside_every_none(made_study):
    said = json.loads(json.dumps(made_study.to_dict(), allow_nan=False))
    figures = [
        *said["primary"]["estimates"].values(),
        *said["primary"]["stated_cut_off"]["estimates"].values(),
        *said["primary"]["out_of_sample"]["estimates"].values(),
        *(part["area"] for part in said["subgroups"]),
    ]
    assert len(figures) > 20
    assert all(bool(one["reason"]) == (None in (one["value"], one["low"], one["high"])) for one in figures)
    assert said["flow"]["came"] == 107
    assert said["labels_joined_by"] == "case"
    assert said["cut_off"] == 0.5


def test_the_stated_cut_off_has_the_predictive_values_of_the_stated_prevalence(made_study):
    shares = shares_of(made_study.primary.stated)
    assert {"PPV at prevalence 0.1", "NPV at prevalence 0.1"} <= set(shares)
    assert shares["PPV at prevalence 0.1"].value < shares["PPV"].value


def test_choosing_a_cut_off_is_judged_on_other_subjects(made_study):
    inside, outside = shares_of(made_study.primary.chosen), validated_shares(made_study.primary)
    youden = inside["sensitivity"].value + inside["specificity"].value
    assert outside["sensitivity"].value + outside["specificity"].value < youden


def test_without_a_stated_cut_off_the_place_is_empty(made_study):
    assert analysis_dict(made_study.primary)["stated_cut_off"]["cut_off"] == 0.5
    assert estimates_of(made_study.primary)["AUC"].low < estimates_of(made_study.primary)["AUC"].high


def test_a_notebook_shows_the_main_figures_and_the_cautions(made_study):
    shown = made_study._repr_html_()
    for text in ("Study of ctr by cardiomegaly", "AUC", "sensitivity at 0.5, stated beforehand", "go together"):
        assert text in shown


def test_cautions_name_what_must_be_known_first(made_study):
    assert [one.split(":")[0] for one in made_study.cautions] == ["view and label go together"]
