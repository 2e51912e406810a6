"""`filexfer jobs`: the transfers of this user: list, show, pause, resume, cancel, retry, clear, receipt.

Where an agent runs (the app's background process, or the one named by `--at`) it is asked; else the history is opened here, and
what goes on does so in this terminal.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filexfer.cli import exits, options, output, progress, remote
from filexfer.cli.job_desk import AgentDesk, Desk, OwnDesk
from filexfer.cli.output import Output
from filexfer.cli.places import remote as server
from filexfer.client.control import connect_control
from filexfer.core import places
from filexfer.core.errors import ConnectionFailed, FilexferError
from filexfer.core.model import Direction, FileState, Job

_ACTIONS = ("list", "show", "pause", "resume", "cancel", "retry", "clear", "receipt")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        default="list",
        choices=_ACTIONS,
        help="list (default), show (its files too), pause, resume, cancel, retry (what failed), clear (forget what has ended), "
        "receipt (read all its files again, here and there, and print their digests, for `filexfer verify`)",
    )
    parser.add_argument(
        "ids", metavar="NUMBER", nargs="*", type=int, help="of a transfer, as `list` shows it; clear without any: all"
    )
    parser.add_argument("--at", metavar="ADDRESS", default="", help="ask the agent there, such as one that `filexfer serve` runs")
    options.token_file(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    if args.action == "list" and args.ids:
        raise exits.UsageError("`filexfer jobs list` takes no number; `filexfer jobs show NUMBER` shows one transfer.")
    if args.action not in ("list", "clear") and not args.ids:
        raise exits.UsageError(f"Which one? `filexfer jobs {args.action} NUMBER`; `filexfer jobs` lists them with their numbers.")
    if args.token_file and not args.at:
        raise exits.UsageError("--token-file is for an agent elsewhere: name it by --at ADDRESS.")
    with _desk(args, out) as desk:
        if args.action == "list":
            return _list(desk, out)
        if args.action == "clear":
            desk.clear(args.ids)
            return exits.Exit.DONE
        if args.action == "receipt":
            return _receipt(args, desk, out)
        act = _show if args.action == "show" else _ACTS[args.action]
        return exits.together([exits.Exit(_one(act, desk, job_id, out)) for job_id in args.ids])


_Act = Callable[[Desk, int, Output], int]
_ACTS: dict[str, _Act] = {
    "pause": lambda desk, job_id, out: desk.pause(job_id),
    "cancel": lambda desk, job_id, out: desk.cancel(job_id),
    "resume": lambda desk, job_id, out: desk.resume(job_id, out),
    "retry": lambda desk, job_id, out: desk.retry(job_id, out),
}


@contextmanager
def _desk(args: argparse.Namespace, out: Output) -> Iterator[Desk]:
    if args.at:
        with AgentDesk(remote.way(args, out).connect(str(server(args.at).server))) as asked:
            yield asked
        return
    state = places.state_folder()
    if places.control_address(state):
        with AgentDesk(connect_control(state)) as agent:
            if agent.answers():
                yield agent
                return
    with OwnDesk() as own:
        yield own


def _one(act: _Act, desk: Desk, job_id: int, out: Output) -> int:
    try:
        return act(desk, job_id, out)
    except ConnectionFailed:
        raise
    except FilexferError as error:
        return out.failure(error, f"{job_id}")


def _receipt(args: argparse.Namespace, desk: Desk, out: Output) -> int:
    from filexfer.cli import by_receipt

    if len(args.ids) > 1 or args.at:
        raise exits.UsageError("A receipt is of one transfer of this computer: `filexfer jobs receipt NUMBER > FILE`.")
    return by_receipt.make(args, desk, args.ids[0], out)


def _list(desk: Desk, out: Output) -> int:
    jobs = desk.jobs()
    for job in jobs:
        if out.json:
            out.record(**_record(job))
        else:
            out.result(f"{job.id:>5}  {job.state.value:9}  {_arrow(job)}  {progress.status(job)}")
    if not jobs:
        out.say("No transfers.")
    return exits.Exit.DONE


def _show(desk: Desk, job_id: int, out: Output) -> int:
    job = desk.job(job_id)
    if out.json:
        out.record(**_record(job))
    else:
        out.result(f"{job.id}: {job.state.value}, {_arrow(job)}")
        out.result(f"{progress.status(job)}; began {output.moment(job.created_ns)}")
        if job.error:
            out.result(job.error)
    for file in desk.files(job_id):
        if out.json:
            fields = {"source": file.source, "target": file.target, "size": file.size, "state": file.state.value}
            out.record(event="file", **fields, error=file.error, kind=file.error_kind)
        elif out.verbose or file.state is FileState.FAILED:
            out.result(f"  {file.state.value:8} {file.target}" + (f": {file.error}" if file.error else ""))
    return exits.Exit.DONE


def _arrow(job: Job) -> str:
    where = job.spec.server or "this share"
    return f"{job.name} → {where}" if job.spec.direction is Direction.PUT else f"{where} → {job.name}"


def _record(job: Job) -> dict[str, object]:
    return progress.counters(job) | {
        "direction": job.spec.direction.value,
        "server": job.spec.server,
        "items": job.spec.items,
        "name": job.name,
        "error": job.error,
        "kind": job.error_kind,
        "created_ns": job.created_ns,
        "finished_ns": job.finished_ns,
    }
