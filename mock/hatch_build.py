"""Build step: copy the files of Swagger UI into the mock's package, so that /ui loads nothing from elsewhere.

They are not in git. They come from the build requirement flask-swagger-ui, a wheel that carries them: pip is at hand
wherever this project is built, npm is not. The digests are those of npm's swagger-ui-dist of the same version.
For another version: change it in pyproject.toml and the digests here, and take the licence files from swagger-ui-dist.
"""

import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = "mock/audience_mock/swagger_ui"
REQUIREMENT = "flask-swagger-ui==5.34.0"
DIGESTS = {
    "swagger-ui.css": "c3cfe8248c4b0b89673600fb829924eafbac6de4bc4b2b06f5f5243483074d0a",
    "swagger-ui-bundle.js": "3f6abf70480db7e07914df4c98a77385f22ea585eaf457a3e6415ba0eae2d167",
    "favicon-32x32.png": "3ed612f41e050ca5e7000cad6f1cbe7e7da39f65fca99c02e99e6591056e5837",
}
"""File -> its SHA-256."""


class SwaggerUi(BuildHookInterface[Any]):
    """Runs before a wheel, an editable install and an sdist are made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's signature)
        copy_files(Path(self.root, FOLDER))
        build_data["artifacts"] += [f"/{FOLDER}/{name}" for name in DIGESTS]


def copy_files(folder: Path) -> None:
    """Copy the files that `folder` lacks. Raises SystemExit, with the fix, if they are not to be had."""
    for name, digest in DIGESTS.items():
        if not _has_digest(folder / name, digest):
            source = _carrier() / name
            if not _has_digest(source, digest):
                raise SystemExit(f"{source} is not the file of {REQUIREMENT}; install that version, or mend DIGESTS.")
            shutil.copyfile(source, folder / name)


def _carrier() -> Path:
    """The folder with the files; the package is located and never imported, because that would need Flask."""
    spec = find_spec("flask_swagger_ui")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        return Path(folder) / "dist"
    raise SystemExit(
        f"The files of Swagger UI are missing: {REQUIREMENT} is not installed here. Build with build isolation, which "
        f"is pip's default, or run `pip install --no-deps {REQUIREMENT}` first."
    )


def _has_digest(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
