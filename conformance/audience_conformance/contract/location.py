"""Finds the project's openapi.yaml: in the checkout, else the copy in the wheel."""

from importlib.util import find_spec
from pathlib import Path

FILE_NAME = "openapi.yaml"

# The wheel has its copy in the mock's package (pyproject.toml, force-include). The package is located and never
# imported: mock and suite share no code.
PACKAGE_WITH_COPY = "audience_mock"


def contract_path() -> Path:
    """The path of the contract. Raises FileNotFoundError, which names the places that were searched."""
    source_root = Path(__file__).resolve().parents[2]
    in_checkout = source_root.parent / FILE_NAME
    # In an installed wheel this is lib/python3.x, where an openapi.yaml is not the contract.
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
