import pytest
from tests.conformance.lint.linting import before, found, messages, seed

USE = '              name: {$ref: "#/components/schemas/Name"}\n'


def named(*names: str) -> str:
    """The clean document with schemas of these names, all used."""
    text = seed(*before("    Name:", "".join(f"    {name}: {{type: string}}\n" for name in names)))
    uses = "".join(f'              p{n}: {{$ref: "#/components/schemas/{name}"}}\n' for n, name in enumerate(names))
    assert USE in text
    return text.replace(USE, USE + uses)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Error", "TypeScript"),
        ("error", "TypeScript"),
        ("Form-Data", "TypeScript"),
        ("ValidationError", "Python"),
        ("Type", "Python"),
        ("Integer", "Java"),
        ("Context", "Go"),
    ],
)
def test_a_name_that_a_language_has_is_a_finding(name: str, language: str) -> None:
    assert messages(named(name)) == [
        f'the schema name "{name}" is {language}\'s own: generated code renames or hides it; choose another'
    ]


@pytest.mark.parametrize(
    "name", ["ApiError", "RefusedError", "AttributeValueOrNull", "Nullable", "NullablePets", "Errors"]
)
def test_no_finding_for(name: str) -> None:
    assert found(named(name)) == []


@pytest.mark.parametrize("names", [("_", "Nullable"), ("_", "nullable_"), ("_", "-"), (".", "..", "Nullable.")])
def test_names_without_letters_are_of_no_other(names: tuple[str, ...]) -> None:
    assert found(named(*names)) == []


@pytest.mark.parametrize("names", [("Bird", "bird"), ("BirdFood", "Bird_food")])
def test_names_of_one_class_are_a_finding(names: tuple[str, str]) -> None:
    assert messages(named(*names)) == [f'the schema names "{names[0]}" and "{names[1]}" give one class; choose another']


def test_the_name_of_a_helper_is_a_finding_wherever_it_stands() -> None:
    message = 'generated Go has a helper "NullableName" for "Name"; choose another name, such as NameOrNull'
    assert messages(named("NullableName")) == [message]
