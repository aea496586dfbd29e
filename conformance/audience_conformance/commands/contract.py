"""The command `audience-conformance contract`: the contract itself, as text."""

import json
from typing import Any

import click
import yaml

from audience_conformance.commands.base import Command

WIDTH = 110
"""Columns of the YAML that is made."""


@click.command(cls=Command)
@click.option("--open-tenants", is_flag=True, help="Plain strings for company and application: fits every server.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of YAML.")
def contract(open_tenants: bool, as_json: bool) -> None:
    """Print the contract, an OpenAPI 3.0 document; without options it is openapi.yaml, comments included.

    The documents print an enum of company and application in some operations. A client generated from the contract
    is limited to those; with --open-tenants it takes any.

    Example: audience-conformance contract --open-tenants > audience.yaml
    """
    # Imported here: PyYAML and the contract take time to load, and --help need not wait for them.
    from audience_conformance.contract import document  # noqa: PLC0415
    from audience_conformance.contract.location import contract_path  # noqa: PLC0415
    from audience_conformance.contract.open_tenants import open_contract  # noqa: PLC0415

    try:
        if not open_tenants and not as_json:
            click.echo(contract_path().read_text("utf-8"), nl=False)
            return
        shown = open_contract() if open_tenants else document.contract()
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2) if as_json else _as_yaml(shown), nl=as_json)


class _Dumper(yaml.SafeDumper):
    """Text of several lines as a block, and no anchors, which some generators cannot read."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's signature)
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _as_yaml(shown: dict[str, Any]) -> str:
    return str(yaml.dump(shown, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH))
