"""What an event says of who caused it."""

from typing import Any

from guanxi.platform.access.actor import Actor


def by(actor: Actor) -> dict[str, Any]:
    """Who, when and through which door, for an event."""
    return {
        "at": actor.now(),
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "on_behalf_of_id": actor.on_behalf_of_id,
        "source": actor.source,
        "address": actor.address,
        "request": getattr(actor, "reason", "") or actor.request,
    }
