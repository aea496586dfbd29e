"""The linter of openapi.yaml, and the conformance suite that checks a server against it."""

DISTRIBUTION = "audience-contract"


def installed_version() -> str:
    """The version of the distribution, or "" if it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 (other projects' pytest runs load this)

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return ""
