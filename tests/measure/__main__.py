"""`make measure`: counts the requests of every check, for --dry-run.

It runs every check of a profile against the suite's own mock, in one process, and writes how many requests each sends,
and how long it is busy besides. What several checks use and is sent once is a unit of its own, with its number of
requests, so that the sum is right for any choice of checks.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from audience_conformance.client.api import Api
from audience_conformance.client.cache import ResponseCache
from audience_conformance.client.exchange import Answer, Trace
from audience_conformance.client.pace import Pace
from audience_conformance.client.target import Target
from audience_conformance.results.result import item_id
from audience_conformance.runner import local_mock
from audience_conformance.runner.estimate import DATA
from audience_conformance.runner.worker import Worker
from audience_conformance.settings.parse import read_settings
from audience_conformance.settings.settings import Settings


@dataclass
class Frame:
    """What a check or a unit sent itself, and the units that it used."""

    requests: int = 0
    busy: float = 0.0
    used: dict[Hashable, None] = field(default_factory=dict)
    began: float = 0.0


class Recorder:
    """Counts the requests of the frame that is on top."""

    def __init__(self) -> None:
        self.frames = [Frame()]
        self.units: dict[Hashable, Frame] = {}
        self._pending: set[tuple[int, str]] = set()

    def push(self) -> None:
        self._stop_clock()
        self.frames.append(Frame(began=time.monotonic()))

    def pop(self) -> Frame:
        self._stop_clock()
        frame = self.frames.pop()
        self.frames[-1].began = time.monotonic()
        return frame

    def _stop_clock(self) -> None:
        self.frames[-1].busy += time.monotonic() - self.frames[-1].began

    # --- in place of methods of the suite -----------------------------------------------------------------

    def send_once(self, original: Callable[..., Answer]) -> Callable[..., Answer]:
        def send_once(target: Target, *arguments: Any) -> Answer:
            frame, started = self.frames[-1], time.monotonic()
            frame.requests += 1
            try:
                return original(target, *arguments)
            finally:
                frame.busy -= time.monotonic() - started

        return send_once

    def once(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def once(api: Api, key: Hashable, make: Callable[[], Any]) -> Any:
            if key in api.shared:
                self.frames[-1].used[key] = None
                return original(api, key, make)
            self.push()
            try:
                value = original(api, key, make)
            except BaseException:
                failed = self.pop()
                self.frames[-1].requests += failed.requests
                self.frames[-1].busy += failed.busy
                self.frames[-1].used |= failed.used
                raise
            self.units[key] = self.pop()
            self.frames[-1].used[key] = None
            return value

        return once

    def get(self, original: Callable[..., Answer | None]) -> Callable[..., Answer | None]:
        def get(cache: ResponseCache, url: str, trace: Trace) -> Answer | None:
            first = cache._is_cacheable(url) and url not in cache._requested
            answer = original(cache, url, trace)
            if answer is not None:
                self.frames[-1].used[url] = None
            elif first:
                self._pending.add((id(cache), url))
            return answer

        return get

    def store(self, original: Callable[..., None]) -> Callable[..., None]:
        def store(cache: ResponseCache, url: str, trace: Trace) -> None:
            original(cache, url, trace)
            if (id(cache), url) in self._pending:
                self._pending.discard((id(cache), url))
                self.frames[-1].requests -= 1
                self.frames[-1].used[url] = None
                self.units[url] = Frame(1)

        return store


def measure(settings: Settings, patch: Callable[[Any, str, Any], None]) -> dict[str, Any]:
    """The requests of each item of a run, and of what they share, as `estimate` reads them."""
    recorder = Recorder()
    patch(Target, "send_once", recorder.send_once(Target.send_once))
    patch(Api, "once", recorder.once(Api.once))
    patch(ResponseCache, "get", recorder.get(ResponseCache.get))
    patch(ResponseCache, "store", recorder.store(ResponseCache.store))
    items: dict[str, Frame] = {}
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(settings, Path(folder), None, Pace(0.0))
        for check, case in settings.items():
            recorder.push()
            worker.perform(check, case)
            items[item_id(check.name, case, check.rules)] = recorder.pop()
        worker.close()
    return as_data(items, recorder.units)


def as_data(items: dict[str, Frame], units: dict[Hashable, Frame]) -> dict[str, Any]:
    """Items and units as lists of requests, milliseconds and numbers of units; what only one uses is part of it."""
    users = Counter(key for frame in [*items.values(), *units.values()] for key in frame.used)
    for frame in [*units.values(), *items.values()]:
        _merge(frame, units, users)
    kept = {key: number for number, key in enumerate(key for key in units if users[key] > 1)}

    def listed(frame: Frame) -> list[Any]:
        return [frame.requests, round(max(frame.busy, 0.0) * 1000), [kept[key] for key in frame.used]]

    return {
        "units": [listed(units[key]) for key in kept],
        "items": {name: listed(frame) for name, frame in items.items()},
    }


def _merge(frame: Frame, units: dict[Hashable, Frame], users: Counter[Hashable]) -> None:
    while alone := [key for key in frame.used if users[key] == 1]:
        for key in alone:
            del frame.used[key]
            frame.requests += units[key].requests
            frame.busy += units[key].busy
            frame.used |= units[key].used


@click.command()
@click.argument("profiles", nargs=-1, type=click.Choice(["smoke", "standard", "deep"]))
def main(profiles: tuple[str, ...]) -> None:
    """Measure the profiles, by default all of them: half a minute, 3 minutes and 20 minutes."""
    data = json.loads(DATA.read_text("utf-8")) if DATA.exists() else {}
    for profile in profiles or ("smoke", "standard", "deep"):
        saved: list[tuple[Any, str, Any]] = []

        def patch(owner: Any, name: str, value: Any, saved: list[tuple[Any, str, Any]] = saved) -> None:
            saved.append((owner, name, getattr(owner, name)))
            setattr(owner, name, value)

        mock = local_mock.start()
        try:
            data[profile] = measure(mock.apply_to(read_settings({"profile": profile, "config": "none"})), patch)
        finally:
            mock.stop()
            for owner, name, value in saved:
                setattr(owner, name, value)
        requests = sum(item[0] for item in [*data[profile]["items"].values(), *data[profile]["units"]])
        click.echo(f"{profile}: {requests} requests")
        DATA.write_text(json.dumps(data, separators=(",", ":")).replace('"],"', '"],\n"') + "\n", "utf-8")


if __name__ == "__main__":
    main()
