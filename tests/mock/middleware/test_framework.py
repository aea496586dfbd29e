"""Connexion is imported without what only other uses of it need, and these uses still work."""

import subprocess
import sys

DEFERRED = {"requests", "rich", "httpx._main"}


def _printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_the_mock_starts_without_libraries_that_it_never_uses() -> None:
    assert _printed(f"import sys, audience_mock.app; print({DEFERRED} & set(sys.modules))") == "set()\n"


def test_what_was_deferred_is_imported_on_first_use() -> None:
    code = "import audience_mock.app, connexion.json_schema as j; print(j.requests.get.__module__); import requests"
    assert _printed(f"{code}; print(requests.get is j.requests.get)") == "requests.api\nTrue\n"
    assert _printed("import audience_mock.app, httpx._main; print(httpx._main.main.name)") == "main\n"


def test_what_is_there_already_stays() -> None:
    code = "import sys, requests, httpx; main = sys.modules['httpx._main']; import audience_mock.app"
    more = "print(sys.modules['requests'] is requests, sys.modules['httpx._main'] is main)"
    assert _printed(f"{code}; {more}") == "True True\n"
