"""How the pool of connections to PostgreSQL behaves while the server is away."""

from contextlib import suppress
from typing import Any

#: Seconds until a request that gets no connection is turned away.
PATIENCE = 5
#: Seconds after which an attempt to connect is given up and a new one begins: the pauses within one attempt grow with the
#: length of an outage and would prolong it.
ATTEMPT = 1
AT_ONCE = 0.01


def try_again(pool: Any) -> None:
    """Begin a new attempt for those who wait: the pool itself begins one only when somebody new asks for a connection."""
    from psycopg_pool import PoolTimeout, TooManyRequests

    if not pool.get_stats().get("requests_waiting"):
        return
    with suppress(PoolTimeout, TooManyRequests):  # asking is enough
        pool.putconn(pool.getconn(timeout=AT_ONCE))


OPTIONS = {
    "min_size": 1, "max_size": 12, "timeout": PATIENCE, "reconnect_timeout": ATTEMPT, "reconnect_failed": try_again,
}  # fmt: skip
