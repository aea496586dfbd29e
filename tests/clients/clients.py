"""Generated clients: each is generated, compiled strictly, and drives the mock."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from tests.clients.commands import CACHE, HERE, JAVA, NODE, PYTHON, Failed, run
from tests.clients.mock import Mock, mock
from tests.yaml_files import read_yaml

DRIVERS = HERE / "drivers"
TSC = NODE / "typescript-compiler" / "bin" / "tsc"
"""TypeScript 7 takes a tenth of the time of TypeScript 5, which the generators need."""
_RENAMED = re.compile(r" (\S+) \([^()]*\) cannot be used as (?:a )?model name")
_NAMELESS = re.compile(r"Inline schema created as (\S+)\.")
OBJECT = {"size": 4}
NUMBER = 16777217
"""The first integer that a float of 32 bits cannot hold."""


def openapi_typescript(folder: Path, contract: Path) -> str:
    """openapi-typescript and openapi-fetch."""
    run((NODE / ".bin/openapi-typescript", contract, "-o", "client/schema.ts"), folder)
    return _drive_typescript(folder, "openapi_fetch")


def hey_api(folder: Path, contract: Path) -> str:
    """@hey-api/openapi-ts."""
    run((NODE / ".bin/openapi-ts", "-i", contract, "-o", "client"), folder)
    return _drive_typescript(folder, "hey_api")


def orval(folder: Path, contract: Path) -> str:
    """Orval's fetch client."""
    shutil.copy(DRIVERS / "orval.config.mjs", folder)
    run((NODE / ".bin/orval", "--config", "orval.config.mjs"), folder, CONTRACT=str(contract))
    return _drive_typescript(folder, "orval")


def typescript_fetch(folder: Path, contract: Path) -> str:
    """openapi-generator typescript-fetch; without the mappings it sends {} for every object in a oneOf."""
    mappings = "AttributeValue=any,AttributeValueOrNull=any"
    _openapi_generator(folder, contract, "typescript-fetch", "-o", "client", "--type-mappings", mappings)
    # Its own runtime.ts leaves these two open; they are no part of --strict.
    return _drive_typescript(
        folder, "typescript_fetch", "--noUncheckedIndexedAccess", "false", "--noImplicitOverride", "false"
    )


def openapi_python_client(folder: Path, contract: Path) -> str:
    """openapi-python-client."""
    generate = (PYTHON / "openapi-python-client", "generate", "--fail-on-warning", "--meta", "none")
    with_ruff = f"{PYTHON}:{os.environ['PATH']}"  # without it, it warns
    run((*generate, "--output-path", "client", "--path", contract), folder, PATH=with_ruff)
    shutil.copy(DRIVERS / "openapi_python_client.py", folder / "driver.py")
    run((PYTHON / "mypy", "--config-file", DRIVERS / "mypy.ini", "driver.py", "client"), folder)
    return _drive(folder, PYTHON / "python", "driver.py")


def openapi_generator_python(folder: Path, contract: Path) -> str:
    """openapi-generator python."""
    _openapi_generator(folder, contract, "python", "-o", ".")
    shutil.copy(DRIVERS / "openapi_generator_python.py", folder / "driver.py")
    run((PYTHON / "mypy", "--config-file", DRIVERS / "mypy.ini", "driver.py"), folder)
    run((PYTHON / "mypy", "--config-file", "pyproject.toml", "openapi_client"), folder)
    return _drive(folder, PYTHON / "python", "driver.py")


def openapi_generator_go(folder: Path, contract: Path) -> str:
    """openapi-generator go, in a GOPATH: Go's module proxy is not needed."""
    source = folder / "src"
    _openapi_generator(folder, contract, "go", "-o", "src/audience", "--additional-properties", "packageName=audience")
    shutil.rmtree(source / "audience" / "test")  # imports a test library
    _copy(DRIVERS / "openapi_generator_go.go", source / "driver" / "main.go")
    _copy(DRIVERS / "openapi_generator_go_validator.go", source / "gopkg.in" / "validator.v2" / "validator.go")
    go = {
        "GO111MODULE": "off",
        "GOPATH": str(folder),
        "GOCACHE": str(CACHE / "go-build"),
        "GOFLAGS": "",
        # Without a C compiler, Go compiles its network library anew, which takes half of the time.
        "CGO_ENABLED": "1" if shutil.which("gcc") else "0",
    }
    run(("go", "vet", "audience", "driver"), folder, **go)
    run(("go", "build", "-o", "run", "driver"), folder, **go)
    return _drive(folder, folder / "run")


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True)
    shutil.copy(file, target)


def _openapi_generator(folder: Path, contract: Path, generator: str, *options: str) -> None:
    jar = next((PYTHON.parent / "lib").glob("*/site-packages/openapi_generator_cli/openapi-generator.jar"))
    printed = run((*JAVA, "-jar", jar, "generate", "-i", contract, "-g", generator, *options), folder)
    expect_names_kept(printed, contract)


def expect_names_kept(printed: str, contract: Path) -> None:
    """Read what openapi-generator says about names.

    Raises:
        Failed: it renamed a schema, or made up a name for one that has none.
    """
    schemas = read_yaml(contract.read_text("utf-8"))["components"]["schemas"]
    renamed = sorted({name for name in _RENAMED.findall(printed) if name in schemas})
    if renamed:
        raise Failed(f"openapi-generator renames schemas, as their names are reserved: {', '.join(renamed)}")
    nameless = sorted(set(_NAMELESS.findall(printed)))
    if nameless:
        raise Failed(f"openapi-generator makes up names: move these to components/schemas: {', '.join(nameless)}")


def _drive_typescript(folder: Path, driver: str, *options: str) -> str:
    shutil.copy(DRIVERS / f"{driver}.ts", folder / "driver.ts")
    shutil.copy(DRIVERS / "tsconfig.json", folder)
    run((TSC, "-p", ".", *options), folder)
    return _drive(folder, "node", "out/driver.js")


def _drive(folder: Path, *command: str | Path) -> str:
    """Run a driver: it prints what its typed code read, and the mock's journal has what was sent."""
    with mock("documents") as server:
        printed = run(command, folder, AUDIENCE_URL=server.url)
        try:
            read = json.loads(printed)
        except ValueError as wrong:
            raise Failed(f"The driver has to print one JSON object, not {printed!r}") from wrong
        operations = server.expect_all_operations()
        field = _sent_field(server)
        _expect_values(server, read, {"object": OBJECT, "number": NUMBER, "field": field})
    return f"{operations}; {json.dumps(OBJECT)} and {NUMBER} written and read; 400 at {field}"


def _sent_field(server: Mock) -> str:
    refusals = server.bodies("updateUserAttribute", 400)
    if not refusals:
        raise Failed("The driver got no 400 from updateUserAttribute")
    field: str = refusals[0]["errors"][0]["field"]
    return field


def _expect_values(server: Mock, read: dict[str, Any], expected: dict[str, Any]) -> None:
    if read != expected:
        raise Failed(f"The driver read {read}, not {expected}")
    sent = [body["attribute"]["value"] for body in server.bodies("getUserAttributeById", 200)]
    for value in (OBJECT, NUMBER):
        if value not in sent:
            raise Failed(f"{value} was not among the values that the mock stored: {sent}")
