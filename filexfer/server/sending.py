"""An answer on its way out, and how much of it left. Rule: what left is counted, also of an answer that is broken off."""

from __future__ import annotations

from collections.abc import Sequence

from filexfer.core.digests import Bytes
from filexfer.server.answers import Answer
from filexfer.server.channel import Channel, PeerGone
from filexfer.server.house import Request
from filexfer.server.tally import Tally


def send(channel: Channel, head: bytes, request: Request, answer: Answer, tally: Tally) -> None:
    """Send all of it. Raises `PeerGone`, and what its stream raises."""
    if request.head.method == "HEAD":
        channel.send([head])
        return
    before: list[Bytes] = [head, *answer.body]
    size = sum(len(part) for part in answer.body)
    for piece in answer.stream:
        _send(channel, [*before, piece], size + len(piece), request, tally)
        before, size = [], 0
    if before:
        _send(channel, before, size, request, tally)


def _send(channel: Channel, parts: Sequence[Bytes], content: int, request: Request, tally: Tally) -> None:
    """`content`: how many of these bytes, the last ones, are of a body."""
    before, sent = channel.moved, content
    try:
        channel.send(parts)
    except PeerGone:
        # With TLS these are a few bytes more than their content.
        frame = sum(len(part) for part in parts) - content
        sent = min(content, max(0, channel.moved - before - frame))
        raise
    finally:
        tally.sent(request, sent)
