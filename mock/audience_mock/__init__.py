"""A mock server of the Audience API: it keeps data and never breaks its own contract."""

import warnings

__version__ = "0.1.0"

# Raised while Connexion is imported, whichever module of ours does it first; nothing of a user's can change them.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`", module=r"connexion\.")
warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(connexion|starlette\.testclient)")
