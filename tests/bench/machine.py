"""What the figures were measured on."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.load import wrk_version
from tests.bench.processes import Cores
from tests.bench.scenarios import ROOT


def machine(cores: Cores) -> dict[str, Any]:
    """A description as plain data; `load` is how many programs wanted to run when the bench began."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "server_core": cores.server,
        "load_core": cores.load,
        "memory_mb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e6),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "wrk": wrk_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def machine_lines(facts: dict[str, Any]) -> list[str]:
    """The same for people, and what speaks against the figures."""
    lines = [
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_mb'] / 1000:.0f} GB",
        f"{facts['system']}, Python {facts['python']}, {facts['wrk']}",
        f"server on core {facts['server_core']}, load on core {facts['load_core']}",
    ]
    if facts["server_core"] is None:
        lines[2] = "server and load share the one core that there is: take no figure but a ratio from this"
    if facts["load"] > 0.7:
        lines.append(f"other programs are at work here (load {facts['load']}): expect wide spreads")
    return lines


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "CPU unknown")


def _commit() -> str | None:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
