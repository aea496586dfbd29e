"""What the project wants to be held to, and what came of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.distance import MAX_MEMORY, SECONDS, Distance
from tests.bench.figures import Spread, column, number, ratios, spread, times
from tests.bench.speed import OWN, Row

TIMES_WIREMOCK = 3.0
TIMES_PRISM = 6.0
SHARE_OF_FLOOR = 1 / 3
P99_MS = 5.0
READY_SECONDS = 0.5
CHECKING_PERCENT = 15.0
SCALE_RATIO = 1.5
BYTES_A_USER = 400.0
CSV_SECONDS = 5.0
WAIT_MS = 50.0
TIMES_ITS_SIZE = 5.0


@dataclass(frozen=True)
class Goal:
    """One goal.

    Args:
        title: what it is about.
        wanted: in words.
        figure: what was measured, in words; why not, where it was not.
        met: None where it was not measured.
    """

    title: str
    wanted: str
    figure: str
    met: bool | None

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def verdict(self) -> str:
        return "not measured" if self.met is None else "met" if self.met else "NOT MET"


def rates(row: Row, scenario: str) -> list[float]:
    return column(row.rounds[scenario], "per_second")


def speed_goals(rows: Sequence[Row]) -> list[Goal]:
    """The goals that the speed part decides; the medians do."""
    by_name = {row.server.name: row for row in rows}
    ours = by_name.get(OWN)
    found = [
        *_against(by_name, "wiremock", TIMES_WIREMOCK, f"at least {TIMES_WIREMOCK:.0f}x WireMock"),
        *_against(by_name, "prism", TIMES_PRISM, f"at least {TIMES_PRISM:.0f}x Prism"),
        *_against(by_name, "floor", SHARE_OF_FLOOR, "at least a third of the floor"),
    ]
    if ours is None or not ours.counts:
        return found
    for scenario, rounds in ours.rounds.items():
        p99 = spread(column(rounds, "p99"))
        found.append(Goal(f"p99, {scenario}", f"under {P99_MS:.0f} ms", _ms(p99), p99.median < P99_MS))
    ready = spread(ours.ready)
    wanted = f"within {READY_SECONDS} s"
    figure = f"{ready.median:.2f} s ({ready.low:.2f} to {ready.high:.2f})"
    return [*found, Goal("ready", wanted, figure, ready.median <= READY_SECONDS), *_checking(by_name)]


def _against(rows: dict[str, Row], peer: str, least: float, wanted: str) -> list[Goal]:
    ours, theirs = rows.get(OWN), rows.get(peer)
    if not (ours and theirs and ours.counts and theirs.counts):
        return [Goal(f"{peer}", wanted, why_not(ours, theirs), None)]
    return [
        Goal(scenario, wanted, times(ratio), ratio.median >= least)
        for scenario in ours.rounds
        for ratio in [ratios(rates(ours, scenario), rates(theirs, scenario))]
    ]


def why_not(*rows: Row | None) -> str:
    """Why a goal was not measured."""
    reasons = [row.not_run or row.invalid for row in rows if row is not None]
    return next((reason.splitlines()[0] for reason in reasons if reason), "not asked for")


def checking_cost(plain: Row, checked: Row, scenario: str) -> Spread:
    """What checking responses costs, in percent of the requests a second."""
    pairs = zip(rates(plain, scenario), rates(checked, scenario), strict=True)
    cost = [100 * (1 - with_it / without) for without, with_it in pairs]
    return spread(cost)


def _checking(rows: dict[str, Row]) -> list[Goal]:
    wanted, checked = f"costs at most {CHECKING_PERCENT:.0f} %", rows.get(f"{OWN}-checked")
    if checked is None or not checked.counts:
        return [Goal("checking responses", wanted, why_not(checked), None)]
    found = []
    for scenario in checked.rounds:
        cost = checking_cost(rows[OWN], checked, scenario)
        figure = f"{cost.median:.1f} % ({cost.low:.1f} to {cost.high:.1f})"
        found.append(Goal(f"checking responses, {scenario}", wanted, figure, cost.median <= CHECKING_PERCENT))
    return found


def scale_goals(scale: dict[str, Any]) -> list[Goal]:
    """The goals that the scale part decides."""
    found = []
    for kind, part in scale["worlds"].items():
        for touch, wanted in (("steady", "cost per page"), ("first", "cost of the first page of a new filter")):
            ratio = {name: one["ratio"] for name, one in part[touch].items() if one["ratio"]}
            if not ratio:
                continue
            worst = max(ratio, key=lambda name: ratio[name]["median"])
            figure = f"worst {times(Spread(**ratio[worst]))}: {worst}"
            title = f"{wanted}, {part['sizes'][-1]:,} : {part['sizes'][0]:,} {kind}"
            found.append(Goal(title, f"at most {SCALE_RATIO}x", figure, ratio[worst]["median"] <= SCALE_RATIO))
    if each := scale.get("bytes_a_user"):
        met = each < BYTES_A_USER
        found.append(Goal("memory of a user", f"under {BYTES_A_USER:.0f} bytes", f"{each:.0f} bytes", met))
    for name, one in scale.get("csv", {}).items():
        loading, wait, idle = (Spread(**one[key]) for key in ("seconds", "longest_wait_ms", "before_ms"))
        figure = f"{loading.median:.1f} s ({loading.low:.1f} to {loading.high:.1f})"
        found.append(
            Goal(f"{one['rows']:,} rows, {name}", f"under {CSV_SECONDS:.0f} s", figure, loading.median < CSV_SECONDS)
        )
        figure = f"{number(wait.high)} ms (median of the loads {number(wait.median)}; before them {number(idle.high)})"
        wanted = f"no request waits over {WAIT_MS:.0f} ms"
        found.append(Goal(f"meanwhile, {name}", wanted, figure, wait.high <= WAIT_MS))
    return [*found, *_body_goals(scale.get("bodies", {}))]


def _body_goals(bodies: dict[str, dict[str, float]]) -> list[Goal]:
    found = []
    for name, one in bodies.items():
        wait, size = one["longest_wait_ms"], one["times_its_size"]
        figure = f"{number(wait)} ms (before it {number(one['before_ms'])}), {size:.1f} times its size"
        wanted = f"no request waits over {WAIT_MS:.0f} ms, at most {TIMES_ITS_SIZE:.0f} times its size"
        found.append(Goal(f"a large body: {name}", wanted, figure, wait <= WAIT_MS and size <= TIMES_ITS_SIZE))
    return found


def _ms(one: Spread) -> str:
    return f"{number(one.median)} ms ({number(one.low)} to {number(one.high)})"


def distance_goals(found: Sequence[Distance]) -> list[Goal]:
    """The goals of a suite whose target is far away."""
    goals = []
    for one in found:
        most = SECONDS[one.profile, one.milliseconds]
        title = f"suite, profile {one.profile}, {one.milliseconds} ms away"
        goals.append(Goal(title, f"at most {most} s", f"{one.seconds:.0f} s", one.seconds <= most))
    if found:
        largest = max(one.memory for one in found)
        goals.append(Goal("suite, memory", f"at most {MAX_MEMORY} MB", f"{largest:.0f} MB", largest <= MAX_MEMORY))
    return goals
