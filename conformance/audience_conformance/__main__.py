"""`python -m audience_conformance` is the command `audience-conformance`."""

from audience_conformance.commands.main import main

main(prog_name="audience-conformance")
