"""The built wheel, installed in an empty venv away from the checkout."""

import subprocess
import sys
import tomllib
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from audience_conformance.commands.base import EXTRA

ROOT = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)])
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel: Path) -> Path:
    """The bin folder of a fresh venv with nothing but the wheel and what the mock asks for."""
    return installed(wheel, "")


@pytest.fixture(scope="module")
def suite_folder(wheel: Path) -> Path:
    """The same with what the extra `conformance` asks for."""
    return installed(wheel, "conformance")


@pytest.fixture(scope="module")
def pytest_folder(wheel: Path) -> Path:
    """The same with pytest beside the mock, as a project has it that uses the fixtures."""
    return installed(wheel, "", "pytest")


def installed(wheel: Path, extra: str, *others: str) -> Path:
    folder = wheel.parent / " ".join(["venv", extra, *others])
    python = folder / "bin" / "python"
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    run([*PIP, "--python", str(python), "install", "--no-compile", "--no-deps", str(wheel)])
    (site,) = folder.glob("lib/*/site-packages")
    (of_the_wheel,) = site.glob("audience_contract-*.dist-info")
    needed = needed_by(PathDistribution(of_the_wheel), extra).union(others)
    for name in needed.union(*(needed_by(distribution(other), "") for other in others)):
        link_files(distribution(name), site)
    return python.parent


def needed_by(wheel: Distribution, extra: str) -> set[str]:
    """The distributions that it asks for, and those that these ask for, in versions that do."""
    found: set[tuple[str, str]] = set()
    asking = [(wheel, one) for one in {"", extra}]
    while asking:
        asks, extra = asking.pop()
        for line in asks.requires or ():
            requirement = Requirement(line)
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
                continue
            needed = distribution(requirement.name)
            assert requirement.specifier.contains(needed.version), f"{asks.name} asks for {line}: {needed.version}"
            new = {(needed.name, one) for one in ("", *requirement.extras)} - found
            found |= new
            asking += [(needed, one) for _, one in new]
    return {name for name, _ in found}


def link_files(installed: Distribution, site: Path) -> None:
    """Put its files into another venv: pip would unpack them again, and take ten times as long."""
    for file in installed.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            (site / file).symlink_to(Path(str(file.locate())))


def run(command: list[str], **options: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


def test_the_mock_serves_the_contract_that_the_wheel_carries(bin_folder: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(bin_folder / "audience-mock"), "--port", "0", "--seed", "documents", "--check-responses"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        fetch = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
        assert run([sys.executable, "-c", fetch, f"{url}/openapi.yaml"]).startswith("openapi: 3.0.3")
        assert "swagger-ui" in run([sys.executable, "-c", fetch, f"{url}/ui/"])
        assert "SwaggerUIBundle" in run([sys.executable, "-c", fetch, f"{url}/ui/swagger-ui-bundle.js"])
        assert "main.js" in run([sys.executable, "-c", fetch, f"{url}/__mock__/"])
    finally:
        process.kill()
        process.communicate()


def test_the_linter_reads_the_contract_that_the_wheel_carries(suite_folder: Path, tmp_path: Path) -> None:
    command = [str(suite_folder / "audience-conformance"), "lint"]
    assert "openapi.yaml: no findings, 20 operations, " in run(command, cwd=tmp_path)


def test_the_mock_comes_without_what_only_the_suite_needs(bin_folder: Path, tmp_path: Path) -> None:
    site = next(bin_folder.parent.glob("lib/*/site-packages"))
    assert not {"schemathesis", "hypothesis", "pytest", "rich"} & {path.name for path in site.iterdir()}
    command = str(bin_folder / "audience-conformance")
    assert "Usage: audience-conformance" in run([command, "--help"], cwd=tmp_path)
    for arguments in (["run"], ["lint"], ["rules", "DEF-05"]):
        done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert done.stderr.endswith("is not installed; pip install 'audience-contract[conformance]'\n")


def test_the_command_knows_what_its_extra_installs() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["conformance"]
    modules = {Requirement(line).name.replace("-", "_") for line in extra}
    assert modules - {"click"} == EXTRA  # without click there is no command


def test_the_fixtures_come_with_the_wheel(pytest_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import httpx\n"
        "def test_it(audience_mock):\n"
        "    assert httpx.get(f'{audience_mock.api_url}/user_group').status_code == 200\n"
    )
    assert "1 passed" in run([str(pytest_folder / "python"), "-m", "pytest", "test_it.py"], cwd=tmp_path)


def test_the_wheel_brings_no_package_called_mock(bin_folder: Path, tmp_path: Path) -> None:
    look = "import importlib.util as u; print([n for n in ('mock', 'conformance', 'tests') if u.find_spec(n)])"
    assert run([str(bin_folder / "python"), "-c", look], cwd=tmp_path).strip() == "[]"
