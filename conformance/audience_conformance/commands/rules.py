"""The command `audience-conformance rules`: the catalogue, and one rule explained."""

import click

from audience_conformance.commands.base import Command, give_up


@click.command(cls=Command)
@click.argument("patterns", required=False, default="", metavar="[RULES]")
def rules(patterns: str) -> None:
    """List the rules of the contract, or explain some.

    An explanation has the sentence, the level, where the rule comes from, the operations that it binds, what its
    checks do, and what they need from a target.

    \b
    Example: audience-conformance rules
    Example: audience-conformance rules DEF-05
    """  # noqa: D301 (click wants the character)
    from audience_conformance.contract.rules import catalogue, select  # noqa: PLC0415

    if not patterns:
        for rule in catalogue().values():
            click.echo(f"{rule.id}  {rule.level:6}  {rule.sentence}")
        return
    try:
        chosen = select(patterns)
    except ValueError as error:
        give_up("rules", str(error))
    click.echo("\n\n".join(_explained(rule_id) for rule_id in chosen))


def _explained(rule_id: str) -> str:
    from audience_conformance.checks.registry import all_checks  # noqa: PLC0415
    from audience_conformance.contract.rules import catalogue  # noqa: PLC0415

    rule = catalogue()[rule_id]
    lines = [
        f"{rule.id} {rule.level}: {rule.sentence}",
        f"  source      {rule.source}",
        f"  operations  {', '.join(rule.operations)}",
    ]
    owned = [check for check in all_checks() if check.rules[0] == rule_id]
    for check in owned or [check for check in all_checks() if rule_id in check.rules]:
        lines.append(f"  check       {check.name.replace('_', ' ')}")
        lines.append(f"    does      {check.about}")
        if check.cases:
            lines.append(f"    cases     {', '.join(check.cases)}")
        if check.generates:
            lines.append("    profile   standard and deep: smoke leaves it out")
        lines += [f"    needs     {need}" for need in check.needs or ["nothing but the target"]]
    if len(lines) == 3:  # noqa: PLR2004 (no check was added)
        lines.append("  check       none yet")
    return "\n".join(lines)
