from __future__ import annotations

import pytest
import yaml

from medunet.errors import InputError, UsageError
from medunet.planning import Recipe, read_recipe, recipe_names, recipe_text, validated


@pytest.mark.parametrize("name", recipe_names())
def test_a_packaged_recipe_is_whole(name):
    recipe = read_recipe(name)
    assert recipe.name == name
    assert recipe.description
    assert read_recipe(name) == validated(yaml.safe_load(recipe_text(name)), name)


def test_the_recipe_for_chest_films_never_mirrors_them_and_joins_the_lungs():
    recipe = read_recipe("chest-xray-small")
    assert not recipe.augmentation.flip
    assert {recipe.rename[side] for side in ("left lung", "right lung")} == {"lung"}


def test_all_mistakes_are_named_together_with_key_value_and_what_is_allowed(write_recipe):
    path = write_recipe(
        {
            "training": {"lr": -1, "learning_rate": 3, "batch": "x"},
            "input": {"fit": "crop"},
            "network": {"norm": "Batch"},
            "colour": 1,
        }
    )
    with pytest.raises(InputError) as fault:
        read_recipe(path)
    message = str(fault.value)
    assert "\n" not in message
    for part in (
        "training.lr must be greater than 0, got -1",
        "training.learning_rate is not a key (known here: batch, accumulate, epochs, steps, optimiser, ",
        "training.batch must be a valid integer",
        "got 'x'",
        "input.fit must be 'pad' or 'stretch', got 'crop'",
        "network.norm must be 'batch', 'instance', 'group' or 'none', got 'Batch'",
        "colour is not a key (known here: name, description, rename, structures, output,",
    ):
        assert part in message
    assert message.count(path) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("lr: 1", "lr is not a key (it belongs at training.lr)"),
        ("seed: 1", "it belongs at split.seed or training.seed"),
        ("training: 5", "training must be keys with values below it, got 5"),
        ("network: {widths: 4}", "network.widths must be a list, got 4"),
        ("network: {widths: [4]}", "network.widths must be a longer list, got [4]"),
        ("name: 5", "name must be text, got 5"),
        ("5: x", "5 must be a word"),
        ("training: {loss: {iou: 1}}", "training.loss.iou must be 'ce', 'bce', 'dice' or 'focal', got 'iou'"),
        ("training: {early_stopping: yes}", "training.early_stopping is neither on nor off: give a value"),
        ("training: {lr: .nan}", "training.lr must be a finite number, got nan"),
        ("training: {epochs: 2, steps: 3}", "training: one of epochs and steps must be given"),
        ("output: sigmoid", "loss ce does not go with output sigmoid"),
        ("training: {lr: 1}\ntraining: {lr: 2}", "is not readable YAML (line 1: key training is given twice)"),
        ("training: [1\n", "is not readable YAML (line 2: expected ',' or ']'"),
        ("- a\n- b", "is not a YAML mapping of keys to values"),
        ("just words", "is not a YAML mapping of keys to values"),
        ("a: " + "[" * 1200, "is not readable YAML"),
        ("x: !!python/object/apply:os.system [echo]", "is not readable YAML"),
        ("name: [" + "9, " * 5000 + "9]", "got [9, 9, 9, 9, 9, 9, ...]"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_write(write_recipe, content, words):
    path = write_recipe(content)
    with pytest.raises(InputError) as fault:
        read_recipe(path)
    assert words in str(fault.value)
    assert "\n" not in str(fault.value)
    assert fault.value.where == path
    assert "medunet recipes show" in fault.value.remedy


@pytest.mark.parametrize("content", ["", "# nothing but a remark\n", "{}"])
def test_an_empty_file_is_the_recipe_of_defaults(write_recipe, content):
    assert read_recipe(write_recipe(content)) == Recipe()


def test_yaml_takes_1e_4_for_a_word_but_the_recipe_does_not(write_recipe):
    assert yaml.safe_load("1e-4") == "1e-4"
    assert read_recipe(write_recipe("training: {lr: 1e-4}")).training.lr == 1e-4


@pytest.mark.parametrize("name", ["nope", "", "chest-xray-small.yaml", "../recipes/chest-xray-small", "mine.txt"])
def test_an_unknown_recipe_is_answered_with_the_known(name):
    with pytest.raises(InputError, match="there is no such recipe") as fault:
        read_recipe(name)
    assert "chest-xray-small" in fault.value.remedy


def test_a_recipe_whose_name_is_nearly_right_is_told():
    with pytest.raises(InputError, match=r"Did you mean chest-xray-small\? Known are chest-xray, "):
        read_recipe("chest-xray-smal")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"name: \xff\xfe")
    for read in (read_recipe, recipe_text):
        with pytest.raises(InputError, match="cannot be read as UTF-8 text"):
            read(str(path))


def test_a_folder_of_that_name_is_no_recipe(tmp_path):
    (tmp_path / "mine.yaml").mkdir()
    with pytest.raises(InputError, match="there is no such recipe"):
        read_recipe(str(tmp_path / "mine.yaml"))


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("training.lr=3e-4", 3e-4),
        ("lr=1e-4", 1e-4),
        (" lr = 1e-4", 1e-4),
        ("training.loss={ce: 1, dice: 2}", {"ce": 1.0, "dice": 2.0}),
        ("widths=[4, 8]", (4, 8)),
        ("network.attention=true", True),
        ("schedule.kind=plateau", "plateau"),
        ("intensity.low=1.5", 1.5),
        ("attention=yes", True),
        ("size=[32,48]", (32, 48)),
        ("name=a=b", "a=b"),
    ],
)
def test_a_change_is_laid_over_the_recipe(change, value):
    recipe = read_recipe("chest-xray-small", [change])
    words = change.partition("=")[0].strip().split(".")

    def every(section):
        for key, found in section:
            yield key, found
            if hasattr(found, "model_fields_set"):
                yield from every(found)

    assert (words[-1], value) in list(every(recipe))
    assert recipe != read_recipe("chest-xray-small")


def test_the_last_change_wins_and_the_others_stay(write_recipe):
    path = write_recipe("training:\nnetwork: {widths: [4, 8]}\n")
    recipe = read_recipe(path, ["lr=1", "batch=3", "lr=2"])
    assert (recipe.training.lr, recipe.training.batch, recipe.network.widths) == (2.0, 3, (4, 8))


@pytest.mark.parametrize(
    ("content", "change", "expected"),
    [
        ("training: {epochs: 30}", "steps=50", (None, 50)),
        ("training: {steps: 30}", "epochs=5", (5, None)),
        ("", "epochs=5", (5, None)),
    ],
)
def test_a_change_of_steps_replaces_epochs_and_the_other_way_round(write_recipe, content, change, expected):
    training = read_recipe(write_recipe(content), [change]).training
    assert (training.epochs, training.steps) == expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("lr", "is not key=value"),
        ("=4", "is not key=value"),
        ("widths=[3,", "[3, is not a YAML value"),
        ("seed=3", "seed may be split.seed or training.seed"),
        ("kind=plateau", "kind may be input.intensity.kind or training.schedule.kind"),
        ("name.first=4", "name has no keys below it"),
    ],
)
def test_words_that_are_no_change_are_a_fault_of_the_call(change, words):
    with pytest.raises(UsageError) as fault:
        read_recipe("chest-xray-small", [change])
    assert words in str(fault.value)
    assert fault.value.where == f"--set {change}"
    assert fault.value.exit_code == 2


def test_a_wrong_value_of_a_change_is_told_with_the_change():
    with pytest.raises(InputError, match=r"training\.lr must be greater than 0, got -1") as fault:
        read_recipe("chest-xray-small", ["lr=-1", "epochs=2"])
    assert fault.value.where == "chest-xray-small --set lr=-1 --set epochs=2"


def test_an_unknown_key_of_a_change_is_refused_with_the_known():
    with pytest.raises(InputError, match=r"training.tempo is not a key \(known here: batch, "):
        read_recipe("chest-xray-small", ["training.tempo=0.9"])


@pytest.mark.parametrize(
    ("change", "meant"),
    [
        ("training.epoch=3", "did you mean training.epochs? known here: batch, "),
        ("network.width=[4]", "did you mean network.widths? known here: widths, "),
        ("weight_deca=0", "did you mean training.weight_decay? known here: name, "),
        ("Seed=1", "did you mean split.seed or training.seed? known here: name, "),
    ],
)
def test_an_unknown_key_that_looks_like_a_known_one_is_answered_with_that(change, meant):
    with pytest.raises(InputError) as fault:
        read_recipe("chest-xray-small", [change])
    assert f" is not a key ({meant}" in fault.value.what
