"""How many files this process may open."""

from __future__ import annotations


def raise_limit(wanted: int) -> None:
    """Let this process open `wanted` files, or as many as the system allows; it is started with far fewer."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < target:
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
