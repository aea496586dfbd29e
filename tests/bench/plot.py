"""The scale curves as an SVG: one line for each operation, both axes logarithmic."""

from collections.abc import Iterable
from math import ceil, floor, log10
from typing import Any
from xml.sax.saxutils import escape

from tests.bench.figures import multiple

WIDTH, PANEL, LEFT, RIGHT, TOP, BOTTOM = 860, 400, 70, 250, 44, 40
_LABEL_HEIGHT = 15
# Colours with enough contrast on white and on black; neighbours differ in lightness too.
COLOURS = ("#3b82c4", "#d9662b", "#2f9e62", "#a855c7", "#b08914", "#d14a7c", "#5f7f8f", "#7a8f1f", "#8a6cf0", "#c0605c")
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 }
.head { font-weight: 600; font-size: 14px }
.grid { stroke: #8884; stroke-width: 1 }
.line { fill: none; stroke-width: 2 }
.first { stroke-dasharray: 5 4 }
.lead { stroke-width: 1; opacity: .5 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }
"""


def plot(scale: dict[str, Any]) -> str:
    """The SVG of the worlds of `measure_scale`; solid lines are pages again, dashed ones first pages of a filter."""
    worlds = scale["worlds"]
    panels = [_panel(kind, part, number * PANEL) for number, (kind, part) in enumerate(worlds.items())]
    height = PANEL * len(panels)
    title = "Cost of a page in worlds of growing size"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{title}">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        + "\n".join(panels)
        + "\n</svg>\n"
    )


def _panel(kind: str, part: dict[str, Any], top: int) -> str:
    sizes = part["sizes"]
    lines = [(name, touch, one) for touch in ("steady", "first") for name, one in part[touch].items()]
    values = [each["median"] for _, _, one in lines for each in one["microseconds"].values()]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    span_x = max(log10(sizes[-1]) - log10(sizes[0]), 1e-9)

    def x(size: float) -> float:
        return LEFT + (log10(size) - log10(sizes[0])) / span_x * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return top + PANEL - BOTTOM - (log10(value) - low) / max(high - low, 1) * (PANEL - TOP - BOTTOM)

    about = "cost of a page (solid), of the first page of a new filter (dashed)"
    parts = [f'<text class="head" x="{LEFT}" y="{top + 20}">{kind}: {about}</text>']
    for power in range(low, high + 1):
        parts.append(_rule(LEFT, y(10**power), WIDTH - RIGHT, y(10**power)))
        parts.append(_text(LEFT - 8, y(10**power) + 4, _duration(power), "end"))
    for size in sizes:
        parts.append(_rule(x(size), top + TOP, x(size), top + PANEL - BOTTOM))
        parts.append(_text(x(size), top + PANEL - BOTTOM + 20, f"{size:,}", "middle"))
    ends = [y(one["microseconds"][str(sizes[-1])]["median"]) for _, _, one in lines]
    places = apart(ends, _LABEL_HEIGHT, top + TOP, top + PANEL - BOTTOM)
    for number, (name, touch, one) in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(f"{x(size):.1f},{y(one['microseconds'][str(size)]['median']):.1f}" for size in sizes)
        kind_of = "line first" if touch == "first" else "line"
        parts.append(f'<polyline class="{kind_of}" stroke="{colour}" points="{points}"/>')
        end = x(sizes[-1])
        parts.append(
            f'<line class="lead" stroke="{colour}" x1="{end:.1f}" y1="{ends[number]:.1f}" '
            f'x2="{end + 26:.1f}" y2="{places[number]:.1f}"/>'
        )
        ratio = f"  {multiple(one['ratio']['median'])}x" if one["ratio"] else ""
        label = f"{name}{' (new)' if touch == 'first' else ''}{ratio}"
        parts.append(f'<circle cx="{end + 30:.1f}" cy="{places[number]:.1f}" r="4" fill="{colour}"/>')
        parts.append(_text(end + 40, places[number] + 4, label))
    return "\n".join(parts)


def apart(wanted: Iterable[float], height: float, top: float, bottom: float) -> list[float]:
    """Places near the wanted ones, `height` from each other, in the same order, between top and bottom."""
    order = sorted(enumerate(wanted), key=lambda pair: pair[1])
    places: list[float] = []
    for _, place in order:
        places.append(max(place, top, places[-1] + height if places else top))
    limit = bottom
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], limit)
        limit = places[number] - height
    found = [0.0] * len(places)
    for (number, _), place in zip(order, places, strict=True):
        found[number] = place
    return found


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _duration(power: int) -> str:
    """10 to this power of microseconds, as in 100 µs."""
    unit, below = next((unit, below) for unit, below in (("s", 6), ("ms", 3), ("µs", 0)) if power >= below or not below)
    return f"{10 ** (power - below):g} {unit}"
