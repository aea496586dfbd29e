"""The build puts the files of Swagger UI into the mock's package, or says why it cannot."""

import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import hatch_build as build

ROOT = Path(__file__).parents[2]


def carry(monkeypatch: pytest.MonkeyPatch, package: Path | None) -> None:
    """The package that carries the files is in this folder, or not installed."""
    found = None
    if package is not None:
        found = ModuleSpec("flask_swagger_ui", None, is_package=True)
        found.submodule_search_locations = [str(package)]
    monkeypatch.setattr(build, "find_spec", lambda _: found)


def test_the_requirement_is_one_of_the_build() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert build.REQUIREMENT in project["build-system"]["requires"]


def test_files_that_are_there_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    carry(monkeypatch, None)
    build.copy_files(ROOT / build.FOLDER)


def test_a_missing_or_another_file_is_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "dist").symlink_to(ROOT / build.FOLDER)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "swagger-ui.css").write_text("of an older version")
    carry(monkeypatch, tmp_path / "package")
    build.copy_files(tmp_path / "made")
    for name in build.DIGESTS:
        assert (tmp_path / "made" / name).read_bytes() == (ROOT / build.FOLDER / name).read_bytes()


def test_without_the_package_the_message_says_how_to_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    carry(monkeypatch, None)
    with pytest.raises(SystemExit, match=r"flask-swagger-ui==[\d.]+ is not installed.*build isolation.*pip install"):
        build.copy_files(tmp_path)


def test_a_file_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "swagger-ui.css").write_text("of another version")
    carry(monkeypatch, tmp_path)
    (tmp_path / "made").mkdir()
    with pytest.raises(
        SystemExit, match=r"swagger-ui\.css is not the file of flask-swagger-ui==.*install that version"
    ):
        build.copy_files(tmp_path / "made")
    assert list((tmp_path / "made").iterdir()) == []
