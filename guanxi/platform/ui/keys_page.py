"""Data keys as the security officer sees them: what each protects, whether it may be destroyed, how far a rotation is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access import keys
from guanxi.platform.access.actor import Actor
from guanxi.platform.jobs.selectors import latest
from guanxi.platform.keyring import rights, services
from guanxi.platform.keyring.jobs import ROTATE
from guanxi.platform.keyring.services import Use
from guanxi.platform.ui import job_page
from guanxi.platform.ui.contexts import JobView, Tone

SUITES = {"aes": "AES-256-GCM, SHA-256", "sm4": "SM4-GCM, SM3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """``places`` says what lies under the key, a line each."""

    title: str
    places: Sequence[str]
    state: str
    tone: Tone
    encrypts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPage:
    """``warning`` is what should be put right; ``rotate_url`` is empty where nobody may start a rotation now."""

    title: str
    keys: Sequence[KeyLine]
    jobs: Sequence[JobView]
    rule: str
    proof: str
    warning: str = ""
    rotate_url: str = ""


def page(actor: Actor) -> KeysPage:
    uses = services.uses()
    rotation = latest(ROTATE)
    running = [rotation] if rotation else []
    under_way = rotation is not None and rotation.finished_at is None
    behind = sum(use.behind for use in uses)
    return KeysPage(
        title=_("Data keys"),
        keys=[_line(number, uses) for number in reversed(_numbers(uses))],
        jobs=job_page.views(actor, running),
        rule=_(
            "Identity and account numbers, their history and the secrets of second factors are encrypted with %(suite)s. "
            "The keys lie outside of the database: keep a copy apart from the backups, which need them too."
        )
        % {"suite": SUITES.get(settings.CIPHER_SUITE, "")},
        proof=_proof(uses, behind),
        warning=_warning(behind, under_way),
        rotate_url=reverse("data_keys_rotate") if rights.permits(actor, "rotate") and not under_way else "",
    )


def _numbers(uses: Sequence[Use]) -> list[int]:
    """The keys at hand in their order, and those that values need but nobody has."""
    needed = {number for use in uses for number in use.values}
    return [*sorted(needed - set(keys.numbers())), *keys.numbers()]


def _line(number: int, uses: Sequence[Use]) -> KeyLine:
    count = sum(use.values.get(number, 0) for use in uses)
    state, tone = _state(number, count)
    return KeyLine(
        title=_("Key %(number)s") % {"number": number},
        places=[f"{use.label} · {use.values[number]:,}" for use in uses if use.values.get(number)],
        state=state,
        tone=tone,
        encrypts=number == keys.current_id(),
    )


def _state(number: int, count: int) -> tuple[str, Tone]:
    if number not in keys.numbers():
        return _("missing"), "danger"
    if number == keys.current_id():
        return _("encrypts"), "success"
    return (_("still needed"), "warning") if count else (_("may be destroyed"), "neutral")


def _proof(uses: Sequence[Use], behind: int) -> str:
    total = sum(sum(use.values.values()) for use in uses)
    if behind:
        return ""
    return ngettext(
        "Counted just now: the one value there is, is encrypted with key %(number)s.",
        "Counted just now: all %(count)s values are encrypted with key %(number)s.",
        total,
    ) % {"count": f"{total:,}", "number": keys.current_id()}


def _warning(behind: int, under_way: bool) -> str:
    if not behind or under_way:
        return ""
    return ngettext(
        "%(count)s value is not encrypted with the newest key yet. Rotate to carry it through.",
        "%(count)s values are not encrypted with the newest key yet. Rotate to carry it through.",
        behind,
    ) % {"count": f"{behind:,}"}
