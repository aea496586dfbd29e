"""The command `audience-conformance contract`: the contract itself, as text."""

import json

import click

from audience_conformance.commands.base import Command


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
    from audience_conformance.contract.yaml_text import as_yaml  # noqa: PLC0415

    try:
        if not open_tenants and not as_json:
            click.echo(contract_path().read_text("utf-8"), nl=False)
            return
        shown = open_contract() if open_tenants else document.contract()
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2) if as_json else as_yaml(shown), nl=as_json)
