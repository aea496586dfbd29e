"""Results in the README: between two markers, so that the next run replaces them."""

import re
import shutil
from pathlib import Path

from tests.bench.scenarios import Invalid

PLOT = Path(__file__).with_name("scale.svg")


def publish(readme: Path, texts: dict[str, str], plot: Path | None = None, copy: Path = PLOT) -> None:
    """Put texts between their markers, and the plot where the README shows it from.

    Args:
        readme: the file with the markers.
        texts: what is to be read between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`, by name.
        plot: the new plot.
        copy: where it is kept.

    Raises:
        Invalid: a pair of markers is missing; nothing has been changed then.
    """
    content = readme.read_text("utf-8")
    for name, text in texts.items():
        content = between(content, name, text)
    readme.write_text(content, "utf-8")
    if "scale" in texts and plot is not None:
        shutil.copy(plot, copy)


def between(content: str, name: str, text: str) -> str:
    """`content` with `text` between the markers of that name. Raises Invalid where they are not once there."""
    start, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    changed, found = re.subn(
        f"{re.escape(start)}.*?{re.escape(end)}", lambda _: f"{start}\n{text}\n{end}", content, flags=re.DOTALL
    )
    if found != 1:
        raise Invalid(
            f"mock/README.md has the markers {start} and {end} {found} times; put them once where the table goes"
        )
    return changed
