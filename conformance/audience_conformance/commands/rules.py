"""The command `audience-conformance rules`: the catalogue, and one rule explained."""

from typing import TYPE_CHECKING

import click

from audience_conformance.commands.base import Command

if TYPE_CHECKING:
    from audience_conformance.checks.registry import Check


@click.command(cls=Command)
@click.argument("patterns", required=False, default="", metavar="[RULES]")
@click.option(
    "--sentences",
    is_flag=True,
    help="List every sentence of openapi.yaml that tells behaviour, with the checks that fail where it is false.",
)
def rules(patterns: str, *, sentences: bool) -> None:
    """List the rules of the contract, or explain some.

    An explanation has the requirement, the level, the source of the rule, the operations that it binds, and its
    checks: where each is defined, what it does, and what it needs from a target.

    \b
    Example: audience-conformance rules
    Example: audience-conformance rules DEF-05
    Example: audience-conformance rules --sentences
    """  # noqa: D301 (click wants the character)
    from audience_conformance.contract.rules import catalogue, select  # noqa: PLC0415

    if sentences and patterns:
        raise click.UsageError("--sentences lists those of the whole contract; leave the rules out")
    if sentences:
        click.echo("\n\n".join(_sentences()))
        return
    if not patterns:
        for rule in catalogue().values():
            click.echo(f"{rule.id}  {rule.level:6}  {rule.sentence}")
        return
    try:
        selected = select(patterns)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n\n".join(map(_explain_rule, selected)))


def _sentences() -> list[str]:
    """Each sentence, where it stands, and its checks: those without any, those of the rules, those of descriptions."""
    from audience_conformance.checks.registry import all_checks  # noqa: PLC0415
    from audience_conformance.contract.rules import catalogue  # noqa: PLC0415
    from audience_conformance.contract.sentences import checked_sentences, described, unchecked  # noqa: PLC0415

    listed = [
        (rule.sentence, rule.id, [check.name for check in all_checks() if check.rules[0] == rule.id])
        for rule in catalogue().values()
    ]
    places = described()
    listed += [(text, ", ".join(places[text]), list(names)) for text, names in checked_sentences().items()]
    open_ones = [
        "\n".join([text, f"  at     {', '.join(places[text])}", f"  none   {why}"]) for text, why in unchecked().items()
    ]
    return open_ones + [
        "\n".join([text, f"  at     {where}", *(f"  check  {name.replace('_', ' ')}" for name in names)])
        for text, where, names in listed
    ]


def _explain_rule(rule_id: str) -> str:
    from audience_conformance.checks.registry import all_checks  # noqa: PLC0415
    from audience_conformance.contract.rules import catalogue  # noqa: PLC0415

    rule = catalogue()[rule_id]
    owned = [check for check in all_checks() if check.rules[0] == rule_id]
    checks = owned or [check for check in all_checks() if rule_id in check.rules]
    lines = [
        f"{rule.id} {rule.level}: {rule.sentence}",
        f"  source      {rule.source}",
        f"  operations  {', '.join(rule.operations)}",
        *(line for check in checks for line in _explain_check(check)),
    ]
    return "\n".join(lines if checks else [*lines, "  check       none yet"])


def _explain_check(check: "Check") -> list[str]:
    from audience_conformance.checks.prerequisites import WRITE_PERMISSION  # noqa: PLC0415

    lines = [
        f"  check       {check.name.replace('_', ' ')}",
        f"    location  {check.location}",
        f"    does      {check.about}",
    ]
    if check.cases:
        lines.append(f"    cases     {', '.join(check.cases)}")
    if check.generates:
        lines.append("    profile   standard and deep, not smoke")
    writing = [case for case in check.cases if check.writes(case)]
    some = f" (for the cases {', '.join(writing)})"
    for need in check.needs:
        for_cases = need == WRITE_PERMISSION and 0 < len(writing) < len(check.cases)
        lines.append(f"    needs     {need}{some if for_cases else ''}")
    return lines if check.needs else [*lines, "    needs     nothing but the target"]
