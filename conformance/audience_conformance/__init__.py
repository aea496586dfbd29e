"""The linter of openapi.yaml, and the conformance suite that checks a server against it."""

DISTRIBUTION = "audience-contract"


def installed_version() -> str:
    """The version of the distribution, or "" if it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 (other projects' pytest runs load this)

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return ""


def home_page() -> str:
    """The first URL among those of the installed distribution (project.urls), or ""."""
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415 (as above)

    try:
        urls = metadata(DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    return next((url.partition(",")[2].strip() for url in urls), "")
