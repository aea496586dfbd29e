"""Finds the project's openapi.yaml: the one of the checkout, else the copy that the wheel carries."""

from importlib.util import find_spec
from pathlib import Path

FILE_NAME = "openapi.yaml"

# The wheel puts its copy beside the mock (pyproject.toml, force-include). The package is only located, never
# imported: mock and suite share no code.
PACKAGE_WITH_COPY = "audience_mock"


def contract_path() -> Path:
    """Path of the contract; FileNotFoundError, saying where it was looked for, when there is none."""
    source_root = Path(__file__).resolve().parents[2]
    in_checkout = source_root.parent / FILE_NAME
    # In an installed wheel two levels up is lib/python3.x: a stray openapi.yaml there is not ours.
    if source_root.name == "conformance" and in_checkout.is_file():
        return in_checkout
    spec = find_spec(PACKAGE_WITH_COPY)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        in_wheel = Path(folder) / FILE_NAME
        if in_wheel.is_file():
            return in_wheel
    raise FileNotFoundError(
        f"no {FILE_NAME} at {in_checkout} nor in the package {PACKAGE_WITH_COPY}; name the file to read",
    )
