"""The model of the state machine knows what each view must show."""

from audience_conformance.checks.cross_cutting.state_model import Model


def model() -> Model:
    """Two definitions, values of two users, and two groups."""
    made = Model("Mark", ["u1", "u2"])
    made.definitions = {"d1": {"type": "string", "name": "Mark b"}, "d2": {"type": "number", "name": "Mark a"}}
    made.groups = {"g1": {"category": "l1", "name": "Mark", "__v": 0}, "g2": {"category": "l2", "name": "Mark"}}
    made.members = {"g1": ["u2", "u1"], "g2": ["u1"]}
    for key in (("u1", "d2"), ("u2", "d1"), ("u1", "d1")):
        made.set_value(*key, f"of {key}")
    return made


def test_lists_are_in_the_order_of_creation_under_every_filter() -> None:
    made = model()
    assert made.definitions_with() == ["d1", "d2"]
    assert made.definitions_with(type="number") == ["d2"]
    assert made.definitions_with(type="number", name="Mark b") == []
    assert made.groups_with(category="l1") == ["g1"]


def test_a_users_values_are_in_the_order_in_which_they_were_created() -> None:
    made = model()
    made.set_value("u1", "d2", "replaced")
    assert [*made.values_of("u1").items()] == [("d2", "replaced"), ("d1", "of ('u1', 'd1')")]
    assert [*made.values_of("u1", "string")] == ["d1"]


def test_a_deleted_definition_takes_its_values_along() -> None:
    made = model()
    made.forget("d1")
    assert made.definitions_with() == ["d2"]
    assert [*made.values] == [("u1", "d2")]


def test_nothing_is_expected_of_what_was_given_up() -> None:
    made = model()
    made.give_up("d2")
    made.give_up("g1")
    assert made.given_up == {"d2", "g1"}
    assert ([*made.definitions], [*made.groups], [*made.members]) == (["d1"], ["g2"], ["g2"])
    assert made.values_of("u1") == {"d1": "of ('u1', 'd1')"}


def test_nothing_is_expected_of_a_doubtful_value() -> None:
    made = model()
    made.doubt(["u1", "u2"], "d1")
    assert made.values == {("u1", "d2"): "of ('u1', 'd2')"}
    assert made.doubtful == {("u1", "d1"), ("u2", "d1")}


def test_the_version_counts_patches_that_change_something() -> None:
    made = model()
    made.patch("g1", {"name": "Mark 2"})
    made.patch("g1", {"name": "Mark 2", "category": "l3"})
    assert made.groups["g1"] == {"category": "l3", "name": "Mark 2", "__v": 2}
    made.patch("g1", {"name": "Mark 2"})  # a server may count it, or not
    assert "__v" not in made.groups["g1"]
    made.patch("g2", {"name": "Mark 3"})
    assert made.groups["g2"] == {"category": "l2", "name": "Mark 3"}
