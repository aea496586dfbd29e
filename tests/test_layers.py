"""No import runs upward, and the mock and the suite share no code.

A room is a folder or a file at the top of a package. It may import its own files and the rooms below it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SUITE = ROOT / "conformance" / "audience_conformance"
MOCK = ROOT / "mock" / "audience_mock"
LAYERS = {
    SUITE: (
        ("__main__", "test_rules"),
        ("commands",),
        ("runner",),
        ("reproduce",),
        ("settings", "reports"),
        ("checks",),
        ("client", "lint"),
        ("results",),
        ("contract",),
        ("__init__",),
    ),
    MOCK: (
        ("cli", "pytest_plugin"),
        ("testing", "banner"),
        ("app",),
        ("serve", "control"),
        ("middleware",),
        ("session",),
        ("operations", "seeds"),
        ("store",),
        ("contract",),
        ("errors", "loopback", "patterns"),
        ("__init__",),
    ),
}
"""Package -> its rooms, the highest first. Rooms of one layer do not import each other."""


def imports(package: Path) -> Iterator[tuple[Path, str, str]]:
    """Each import of our own code: the file, the room that it is in, and the room that it imports."""
    for file in sorted(package.rglob("*.py")):
        room = file.relative_to(package).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            for module in modules:
                name, _, rest = module.partition(".")
                if name == package.name:
                    imported = rest.partition(".")[0]
                    is_room = (package / imported).is_dir() or (package / f"{imported}.py").is_file()
                    yield file, room, imported if imported and is_room else "__init__"


@pytest.mark.parametrize("package", LAYERS, ids=lambda package: package.name)
def test_no_import_runs_upward(package: Path) -> None:
    level = {room: number for number, rooms in enumerate(LAYERS[package]) for room in rooms}
    upward = [
        f"{file.relative_to(ROOT)} imports {imported}"
        for file, room, imported in imports(package)
        if room != imported and level[room] >= level[imported]
    ]
    assert upward == []


@pytest.mark.parametrize("package", LAYERS, ids=lambda package: package.name)
def test_every_room_has_a_layer(package: Path) -> None:
    rooms = {
        path.name.removesuffix(".py") for path in package.iterdir() if any(path.rglob("*.py")) or path.suffix == ".py"
    }
    known = {room for layer in LAYERS[package] for room in layer}
    assert rooms - known == set()


@pytest.mark.parametrize(("package", "other"), [(SUITE, MOCK), (MOCK, SUITE)], ids=["suite", "mock"])
def test_the_mock_and_the_suite_share_no_code(package: Path, other: Path) -> None:
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.partition(".")[0] == other.name for name in names), file
