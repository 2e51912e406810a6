"""Random path strings through every method with a path and every request form, at a real server with canaries all around it:
10,000 in the suite, 1,000,000 in the soak. Nothing outside the share is opened, read, changed or told of."""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filexfer.protocol import xmlrpc
from tests.attacks.conftest import memory
from tests.attacks.doors import AGENT, RAW, Call, calls_with, takes_paths
from tests.attacks.house import House, running, tells_secret
from tests.attacks.lanes import code_of_value, quoted, raw_request
from tests.attacks.wire import Wire
from tests.soak.strings import AREA, DOTS, KNOWN, LINKS, ODD, link_all, raw_of, stands_for_bytes, strings
from tests.soak.watch import Watch

#: Strings that go in one batch, and after how many the share is laid anew.
BATCH, ANEW = 25, 500
#: What takes long is tried with one string in so many: jobs (each a row in a database), views (each a thread), large bodies.
RARELY, BODIES = {"job_add": 40, "plan_open": 40, "view_open": 12, "thumb_get": 12, "preview_get": 12, "stage_files": 12}, 60


def _groups() -> list[list[int]]:
    """The calls of `calls_with` by method and place, one list of indices each: of each group one is drawn for each string, so
    that every place of every method sees every string, and the options take turns."""
    mark = "a-mark-that-is-nowhere-else"
    groups: dict[tuple[str, int, type], list[int]] = {}
    for index, call in enumerate(calls_with(mark)):
        place = next(place for place, param in enumerate(call.params) if mark in str(param))
        groups.setdefault((call.method, place, type(call.params[place])), []).append(index)
    return list(groups.values())


class Attack:
    """Puts strings through everything. `seen` counts how often which fault came."""

    def __init__(self, house: House, stack: ExitStack, seed: int = 1) -> None:
        self.seen: Counter[str] = Counter()
        self._house = house
        self._chance = random.Random(seed)
        self._groups = _groups()
        self._wire = house.wire(60.0)
        stack.callback(lambda: self._wire.close())
        self._control = stack.enter_context(Wire(house.control, 60.0))

    def run(self, texts: Sequence[str]) -> None:
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            self._calls(batch)
            for text in batch:
                self._raw(text)
        assert not tells_secret(self._wire.heard)
        assert not tells_secret(self._control.heard)
        self._wire.heard.clear()
        self._control.heard.clear()

    def anew(self) -> None:
        """The share as it was, with its links; nothing in the trash."""
        # A thousand folders in each other are more than shutil removes.
        command = ["find", str(self._house.share), "-mindepth", "1", "-maxdepth", "1", "!", "-name", ".filexfer"]
        subprocess.run([*command, "-exec", "rm", "-rf", "{}", "+"], check=True)
        self._house.reset()
        link_all(self._house.share)
        self._control.call("trash_empty")

    def _calls(self, batch: Sequence[str]) -> None:
        calls = [call for text in batch for call in self._drawn(text)]
        shared = [call for call in calls if call.method not in AGENT]
        for answer, call in zip(self._multicall(self._wire, shared), shared, strict=True):
            self._count(call.method, answer)
            if call.method == "upload_open" and not isinstance(answer, dict):
                self._finish_upload(answer[0])
        for call in calls:
            if call.method in AGENT:
                self._own(call)

    def _own(self, call: Call) -> None:
        """A method of the agent, on its own share. What waits for an answer cannot stand in a batch."""
        params = ("", *call.params[1:]) if call.method in ("thumb_get", "preview_get") else call.params
        params = ("", call.params[1], {}) if call.method in ("view_open", "stage_files") else params
        reply = self._control.post(b"".join(xmlrpc.encode_call(call.method, params)))
        self._count(call.method, {"faultCode": reply.code} if reply.code else [reply.value])
        if call.method == "job_add" and not reply.code:
            self._control.call("job_cancel", reply.value["id"])
        if call.method == "plan_open" and not reply.code:
            self._control.call("plan_close", reply.value["plan"])

    def _drawn(self, text: str) -> Iterator[Call]:
        # Half of the strings as the bytes they are; half a character has no other way to travel.
        as_bytes = self._chance.random() < 0.5 or not stands_for_bytes(text)
        every = list(calls_with(raw_of(text) if as_bytes else text))
        for group in self._groups:
            call = every[self._chance.choice(group)]
            if not self._chance.randrange(RARELY.get(call.method, 1)):
                yield call

    def _multicall(self, wire: Wire, calls: Sequence[Call]) -> list[Any]:
        rows = [{"methodName": call.method, "params": list(call.params)} for call in calls]
        body = b"".join(xmlrpc.encode_call("system.multicall", [rows]))
        reply = wire.post(body)
        assert reply.status == 200
        answers = xmlrpc.decode_response(reply.body)
        assert isinstance(answers, list)
        return answers

    def _finish_upload(self, opened: dict[str, Any]) -> None:
        upload_id = opened["upload_id"]
        self._wire.call("upload_write", upload_id, 0, b"evil")
        if self._count("upload_commit", [self._wire.call("upload_commit", upload_id).code]):
            self._wire.call("upload_abort", upload_id)

    def _raw(self, text: str) -> None:
        raw = raw_of(text)
        targets = [quoted(raw), quoted(raw, every=True)]
        if raw.isascii() and text.isprintable() and " " not in text:
            targets.append(b"/files/" + raw)
        for form in RAW:
            target = self._chance.choice(targets)
            if len(target) > 8000 or (len(form.body) > 1000 and self._chance.randrange(BODIES)):
                continue
            reply = raw_request(self._wire, form, target)
            self.seen[f"{form.name} {reply.status}"] += 1
            if reply.headers.get("connection") == "close":
                # Refused, and more was on its way than is read over.
                self._renew()

    def _renew(self) -> None:
        assert not tells_secret(self._wire.heard)
        self._wire.close()
        self._wire = self._house.wire(60.0)

    def _count(self, method: str, answer: Any) -> int:
        code = code_of_value(method, answer)
        assert code != -32603, (method, answer)
        self.seen[f"{method} {code}"] += 1
        return code or (answer[0] if isinstance(answer[0], int) else 0)


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[House, Attack]]:
    """A house whose canaries are looked at before and after, and watched meanwhile."""
    top = Path(tempfile.mkdtemp(prefix="fxs", dir=memory()))
    try:
        with running(top) as house, ExitStack() as stack:
            attack = Attack(house, stack)
            attack.anew()
            before = house.outside_now()
            watch = Watch([house.outside, house.outside / "deep", house.twin, house.twin / "deep"])
            stack.callback(watch.close)
            yield house, attack
            assert watch.seen() == []
            assert house.outside_now() == before
            house.check_alive()
    finally:
        subprocess.run(["rm", "-rf", str(top)], check=True)


def attacked(guarded: tuple[House, Attack], count: int, seed: int) -> Counter[str]:
    house, attack = guarded
    before = attack.seen.copy()
    made = strings(seed, house.top)
    for _ in range(0, count, ANEW):
        attack.run(list(islice(made, min(ANEW, count))))
        attack.anew()
    return attack.seen - before


def test_strings_of_the_grammar_touch_nothing_outside(guarded: tuple[House, Attack]) -> None:
    seen = attacked(guarded, 8000, seed=3)
    check_reach(seen, 8000)


components = st.sampled_from([*KNOWN, *LINKS, *DOTS, *AREA, *ODD]) | st.text(max_size=6)
texts = (
    st.text(max_size=30)
    | st.lists(components, max_size=5).map("/".join)
    | st.binary(max_size=20).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)


def test_strings_of_hypothesis_touch_nothing_outside(guarded: tuple[House, Attack]) -> None:
    _, attack = guarded

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(texts, min_size=BATCH, max_size=BATCH))
    def run(batch: list[str]) -> None:
        attack.run(batch)

    run()
    attack.anew()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 18))
def test_a_million_strings_touch_nothing_outside(guarded: tuple[House, Attack], seed: int) -> None:
    """In eight parts, so that all processors have something to do."""
    check_reach(attacked(guarded, 125_000, seed), 125_000)


def check_reach(seen: Counter[str], count: int) -> None:
    """It was tried: every method with a path refused some strings and took others, and so did every request form."""
    methods = {name for name in {key.split()[0] for key in seen} if takes_paths(name)}
    assert methods == {call.method for call in calls_with("x")}
    for method in methods - {"job_add"}:
        tried = count / RARELY.get(method, 1)
        assert seen[f"{method} 101"] > tried / 20, method
        # What can be there or not is told, for strings that are legal.
        assert seen[f"{method} 0"] + seen[f"{method} 102"] + seen[f"{method} 104"] > tried / 100, method
    for form in RAW:
        if len(form.body) < 1000:
            assert seen[f"{form.name} 400"] > count / 20, form.name
