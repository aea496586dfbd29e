"""No command fails because nobody reads its output any more, as with `| head`."""

import io
import os
import subprocess
from pathlib import Path

import pytest
from tests.conformance.cli_runner import command, environment

from audience_conformance.commands.output import stoppable


def test_what_is_written_after_the_reader_has_gone_is_dropped() -> None:
    reader, writer = os.pipe()
    replaced = io.TextIOWrapper(os.fdopen(writer, "wb"), "utf-8")
    stream = stoppable(replaced)
    stream.write("read \N{SNOWMAN}")
    stream.flush()
    assert os.read(reader, 100).decode() == "read \N{SNOWMAN}"
    os.close(reader)
    for _ in range(2):
        stream.write("x" * 100_000)
        stream.flush()
    assert not stream.isatty()
    replaced.close()


@pytest.mark.parametrize(
    "arguments",
    ["--help", "rules", "lint --list", "run --rules DEF-01,DEF-03 --report json"],
)
def test_a_command_whose_output_nobody_reads_ends_as_usual(arguments: str, url: str, tmp_path: Path) -> None:
    target = ["--url", url] if arguments.startswith("run") else []
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command("audience-conformance", *arguments.split(), *target),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env=environment(),
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == (1 if target else 0)
    assert len(list(tmp_path.rglob("report.json"))) == len(target) / 2
