from __future__ import annotations

import csv
import io
import math
from itertools import pairwise

import pytest

from medunet.reports.figures import curves, figure_svg


def log(epochs, **columns):
    return [{"epoch": epoch, **{key: value(epoch) for key, value in columns.items()}} for epoch in range(1, epochs + 1)]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def falling(epoch):
    return math.exp(-epoch / 5)


ROWS = log(12, train_loss=falling, val_loss=lambda e: falling(e) + 0.1, val_dice_heart=lambda e: 0.9 - abs(e - 7) / 50)


def test_losses_stand_left_and_dice_right_named_at_their_ends():
    left, right = curves(ROWS).axes
    assert {"training", "validation"} <= set(texts(left))
    assert "heart" in texts(right)
    assert left.lines[0].get_ydata().tolist() == pytest.approx([falling(e) for e in range(1, 13)])


def test_the_epoch_of_the_highest_mean_dice_is_marked_unless_another_is_told():
    assert "best: 7" in texts(curves(ROWS).axes[1])
    assert "kept: 3" in texts(curves(ROWS, best=3).axes[0])


def test_without_dice_the_lowest_validation_loss_is_marked():
    rows = log(9, train_loss=falling, val_loss=lambda e: (e - 4) ** 2 + 1)
    left, right = curves(rows).axes
    assert "best: 4" in texts(left)
    assert texts(right) == ["not measured"]


def test_rows_as_they_are_read_from_the_file_give_the_same_figure():
    file = io.StringIO()
    writer = csv.DictWriter(file, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    file.seek(0)
    assert figure_svg(curves(list(csv.DictReader(file)))) == figure_svg(curves(ROWS))


def test_a_structure_that_was_never_measured_neither_draws_nor_decides():
    rows = [{**row, "val_dice_lung": ""} for row in ROWS]
    right = curves(rows).axes[1]
    assert "best: 7" in texts(right)
    assert "lung" not in texts(right)


@pytest.mark.parametrize("rows", [[], ROWS[:1], log(3, train_loss=lambda e: None, val_loss=lambda e: "")])
def test_no_epoch_one_epoch_and_empty_cells_are_drawn(rows):
    figure_svg(curves(rows, stacked=True))


def test_names_at_the_ends_do_not_cover_each_other():
    same = {f"val_dice_{name}": lambda e: 0.97 for name in ("a", "b", "c", "d")}
    right = curves(log(4, train_loss=falling, val_loss=falling, **same)).axes[1]
    heights = sorted(text.xy[1] for text in right.texts if len(text.get_text()) == 1)
    assert all(b - a > 0.08 for a, b in pairwise(heights))
    assert heights[-1] <= 1


def test_a_loss_that_falls_far_is_shown_on_a_logarithmic_scale():
    left = curves(log(30, train_loss=lambda e: 10.0 ** (-e / 10), val_loss=lambda e: 10.0 ** (-e / 10))).axes[0]
    assert left.get_yscale() == "log"
    assert "logarithmic" in left.get_title(loc="left")


def test_a_dollar_in_a_name_is_a_dollar():
    assert "$lung$" in figure_svg(curves(log(3, train_loss=falling, val_loss=falling, **{"val_dice_$lung$": falling})))


def test_a_logarithmic_axis_writes_plain_numbers():
    rows = [{"epoch": e, "train_loss": 2.0 / e**2, "val_loss": 2.1 / e**2} for e in range(1, 12)]
    figure = curves(rows)
    figure.canvas.draw()
    words = [label.get_text() for label in figure.axes[0].get_yticklabels() if label.get_text()]
    assert len(words) > 2
    assert all(float(word) > 0 for word in words)
