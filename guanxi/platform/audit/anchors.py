"""Anchors: the end of the chain written down every hour, in the database and outside of it.

Whoever cuts off the end of the chain, or rewrites it with a stolen key, contradicts them. The file is what an attacker
in the database cannot reach; it should lie on another disk or be shipped away (``syslog``).
"""

import hmac
import logging
import logging.handlers
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max, Q

from guanxi.platform.audit.conf import audit_settings
from guanxi.platform.audit.events import AnchorsRenewed
from guanxi.platform.audit.models import Anchor, Keeper, Viewed
from guanxi.platform.events import chain
from guanxi.platform.events.selectors import chain_end
from guanxi.platform.events.services import NewEvent, append

logger = logging.getLogger("guanxi.audit")
VIEWED = (
    "id", "uid", "at", "actor_id", "actor_name", "on_behalf_of_id", "source", "address", "request", "entity", "record_id",
    "customer_id",
)  # fmt: skip
AT_ONCE = 2_000
_LINE = re.compile(
    r"(?P<text>\S+ seq=(?P<seq>\d+) hash=(?P<hash>[0-9a-f]{64}) views=(?P<views>\d+) .*) mark=(?P<mark>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Written:
    """A line of the file: what it says, and whether it bears our mark."""

    number: int
    seq: int
    views: int
    hash: str
    genuine: bool


def text_of(anchor: Anchor) -> str:
    """What the mark signs."""
    views = f"views={anchor.views} digest={anchor.digest}"
    return f"{anchor.at.isoformat()} seq={anchor.seq} hash={anchor.hash} {views}"


def line_of(anchor: Anchor) -> str:
    return f"{text_of(anchor)} mark={anchor.mark}"


def genuine(anchor: Anchor) -> bool:
    """Whether the row is as it was made."""
    return hmac.compare_digest(chain.sign(text_of(anchor)), anchor.mark)


def digest_of_views(after: int, until: int) -> str:
    """The digest of the Viewed rows between two ids."""
    found = hmac.new(chain.key(), digestmod="sha256")
    while after < until:
        rows = Viewed.objects.filter(id__gt=after, id__lte=until).order_by("id")
        part = list(rows.values_list(*VIEWED)[:AT_ONCE])
        if not part:
            break
        found.update(orjson.dumps(part))
        after = part[-1][0]
    return found.hexdigest()


def set_anchor(now: datetime) -> Anchor | None:
    """Write down how far the chain reaches; None if nothing was added since the last anchor. Then bring the file up to
    date, also with anchors that an earlier crash kept from it."""
    made = _make(now)
    write_file()
    return made


def _make(now: datetime) -> Anchor | None:
    Keeper.objects.get_or_create(id=1)
    with transaction.atomic():
        Keeper.objects.select_for_update().get(id=1)  # whoever is adding to Viewed has committed now
        views = Viewed.objects.aggregate(last=Max("id"))["last"] or 0
    last = Anchor.objects.order_by("-id").first()
    seq, end = chain_end()
    before = last.views if last else 0
    if seq == 0 or (last is not None and (last.seq, last.views) == (seq, max(views, before))):
        return None
    digest = digest_of_views(before, views)
    made = Anchor(at=now, seq=seq, hash=end.hex(), views=max(views, before), digest=digest)
    made.mark = chain.sign(text_of(made))
    made.save(force_insert=True)
    return made


def write_file() -> int:
    """Add to the file the anchors that it lacks; how many they were. One that cannot be written is logged as an error
    and comes with the next."""
    path = Path(audit_settings().anchors)
    try:
        seq, views = max(((one.seq, one.views) for one in read_file()), default=(0, -1))
        later = Q(seq__gt=seq) | Q(seq=seq, views__gt=views)
        missing = list(Anchor.objects.filter(later).order_by("id")[:AT_ONCE])
        if not missing:
            return 0
        text = "".join(f"{line_of(one)}\n" for one in missing)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        logger.exception("The file of anchors cannot be written: %s", path)
        return 0
    for one in missing:
        _ship(line_of(one))
    return len(missing)


def _ship(line: str) -> None:
    """Hand the line to a syslog server, if one is named; a dead one must not stop the anchors."""
    place = audit_settings().syslog
    if not place:
        return
    host, _colon, port = place.rpartition(":")
    address: Any = (host, int(port)) if host and port.isdecimal() else place
    try:
        handler = logging.handlers.SysLogHandler(address=address, facility="authpriv")
    except OSError:
        logger.exception("No syslog server answers at %s", place)
        return
    handler.emit(logging.makeLogRecord({"msg": f"guanxi anchor {line}", "levelno": logging.INFO, "levelname": "INFO"}))
    handler.close()


def read_file() -> list[Written]:
    """The lines of the file in their order; a line of another form counts as forged."""
    path = Path(audit_settings().anchors)
    if not path.exists():
        return []
    found = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            read = _LINE.fullmatch(line.strip())
            if read is None:
                found.append(Written(number, 0, 0, "", False))
            else:
                true = hmac.compare_digest(chain.sign(read["text"]), read["mark"])
                found.append(Written(number, int(read["seq"]), int(read["views"]), read["hash"], true))
    return found


def begin_anew(reason: str, now: datetime, told: Mapping[str, Any]) -> None:
    """Put the file aside, because the database was restored from a backup and knows nothing of the anchors since. The
    old file stays beside the new one, and an event tells who did this and why. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError("say why the anchors begin anew")
    path = Path(audit_settings().anchors)
    kept = path.with_name(f"{path.name}.{now:%Y%m%d%H%M%S}")
    if path.exists():
        path.rename(kept)
    with transaction.atomic():
        payload = AnchorsRenewed(reason=reason, file=kept.name)
        append([NewEvent(kind=AnchorsRenewed.kind.key, payload=payload, **told)])
