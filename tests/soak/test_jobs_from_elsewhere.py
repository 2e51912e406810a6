"""Jobs that a device with `manage` gives from elsewhere: their local paths lie in the share, whatever string names them. Over the
control socket a job may name any path of its user; that is another caller."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path

from filexfer.protocol import xmlrpc
from tests.attacks.conftest import memory
from tests.attacks.house import House, running, tells_secret, until
from tests.attacks.wire import XML, Wire
from tests.soak.strings import link_all, raw_of, strings
from tests.soak.watch import Watch

COUNT = 300


def jobs(house: House, owner: Wire, token: str) -> Counter[int]:
    """Give jobs both ways with each string as local path, plain and below the share; how each was answered."""
    seen: Counter[int] = Counter()
    headers = {**XML, "Authorization": f"Bearer {token}"}
    with house.wire() as wire:
        for number, text in enumerate(islice(strings(7, house.top), COUNT)):
            local = raw_of(f"{house.share}/{text}" if number % 2 else text)
            for spec in (
                {"direction": "get", "items": [["honest", local]]},
                {"direction": "put", "items": [[local, f"put {number}"]]},
            ):
                body = b"".join(xmlrpc.encode_call("job_add", [{**spec, "server": "", "on_conflict": "overwrite"}]))
                reply = wire.post(body, headers)
                assert reply.status == 200
                seen[reply.code] += 1
        assert not tells_secret(wire.heard)
    until(lambda: all(job["state"] in ("done", "failed") for job in listed(owner)), "all jobs end", 60.0)
    return seen


def listed(owner: Wire) -> list[dict[str, str]]:
    body = b"".join(xmlrpc.encode_call("job_list", [{"limit": 1000}]))
    found = xmlrpc.decode_response(owner.post(body).body)
    assert isinstance(found, dict)
    return found["jobs"]  # type: ignore[no-any-return]


def test_no_local_path_of_a_job_leads_out_of_the_share() -> None:
    top = Path(tempfile.mkdtemp(prefix="fxj", dir=memory()))
    try:
        with running(top, listen=("https://127.0.0.1:0",)) as house, Wire(house.control) as owner:
            token = owner.call("device_add", "manager", "manage").value["token"]
            link_all(house.share)
            before = house.outside_now()
            watch = Watch([house.outside, house.outside / "deep", house.twin, house.twin / "deep"])
            seen = jobs(house, owner, token)
            touched = watch.seen()
            watch.close()
            assert touched == []
            assert house.outside_now() == before
            assert seen[202] > COUNT / 4, seen
            assert seen[0] > COUNT / 10, seen
            # Nothing of a canary came into the share either.
            said = subprocess.run(["grep", "-rlF", "canary-3f9c1d7e", str(house.share)], capture_output=True, text=True)
            assert said.stdout == ""
    finally:
        shutil.rmtree(top, ignore_errors=True)
