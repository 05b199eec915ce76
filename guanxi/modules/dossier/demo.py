"""Customer files of the demonstration: what is shipped, reviews of the larger firms, and some requests for changes."""

import io
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from guanxi.modules.dossier import services
from guanxi.modules.dossier.choices import CUSTOMER
from guanxi.modules.dossier.models import ChangeRequest
from guanxi.platform.directory.demo import Demo, Names, Staff
from guanxi.platform.directory.demo.data_files import read
from guanxi.platform.directory.demo.filling import CHUNK, Planned
from guanxi.platform.entities import registry
from guanxi.platform.files.services import receive

DATA = Path(__file__).parent / "data" / "demo.json"
#: Full size: firms whose files were reviewed twice, and requests for changes of them.
REVIEWED, REQUESTS = 120, 12
#: Of so many requests one was approved, the next one refused; the others wait.
DECIDED = 4
#: Days before the end: the reviews, the first of the requests.
REVIEWS, ASKED = 300, 18


def fill(demo: Demo) -> None:
    """Requirements and protected fields, then what people did with them."""
    with demo.stage("customer files") as made:
        if services.load_defaults():  # as a rule they were loaded with the tables, and files were rated as they came
            _rate(demo)
        reviewed = _reviewed(demo)
        made(len(reviewed))
    with demo.stage("change requests") as made:
        made(_asked(demo, reviewed))
        _decided(demo)


def _customers() -> Any:
    return registry.get(CUSTOMER).base_rows()


def _rate(demo: Demo) -> None:
    customers = list(_customers().order_by("pk"))
    for at in range(0, len(customers), CHUNK):
        with transaction.atomic():
            services.rate(customers[at : at + CHUNK], demo.now)


# --- reviews --------------------------------------------------------------------------------------------------
def _reviewed(demo: Demo) -> list[Any]:
    """The larger firms known for a year, reviewed by their account managers and a week later by whoever is over them."""
    managers = demo.organisation.by_user("account_manager")
    known = _customers().filter(owner__in=managers, tier__in=("A", "B"), kind="organisation")
    known = known.filter(created_at__lt=demo.now - timedelta(days=REVIEWS)).order_by("code")
    firms = list(known[: demo.size(REVIEWED, least=6)])
    by_owner: dict[int, list[int]] = defaultdict(list)
    for one in firms:
        by_owner[one.owner_id].append(one.pk)
    dice = demo.dice("reviews")
    first: list[Planned] = []
    second: list[Planned] = []
    for owner, ids in sorted(by_owner.items()):
        staff, begin = managers[owner], demo.now - timedelta(days=REVIEWS)
        moment = demo.time.moment(dice, after=begin, before=begin + timedelta(days=10))
        first.append((staff, moment, ids, {}))
        moment = demo.time.moment(dice, after=moment + timedelta(days=7), before=begin + timedelta(days=30))
        second.append((demo.organisation.above(staff, "key_account_manager"), moment, ids, {}))
    demo.change(f"{CUSTOMER}.first_review", first)
    demo.change(f"{CUSTOMER}.second_review", second)
    return firms


# --- requests -------------------------------------------------------------------------------------------------
def _asked(demo: Demo, firms: list[Any]) -> int:
    """Account managers ask for other values, most of them with a record of what they saw."""
    dice, managers, texts = demo.dice("requests"), demo.organisation.by_user("account_manager"), read(DATA)
    names, fields = Names(dice), list(texts["requests"])
    chosen = dice.sample(firms, min(demo.size(REQUESTS, least=4), len(firms)))
    works: list[Planned] = []
    for number, firm in enumerate(chosen):
        staff, wanted = managers[firm.owner_id], _wanted(firm)
        field = fields[number % len(fields)]
        moment = demo.time.moment(
            dice, after=demo.now - timedelta(days=ASKED), before=demo.now - timedelta(days=ASKED // 3)
        )
        if field not in wanted:
            field = fields[0]
        value = wanted.get(field) or names.person(female=dice.random() < 0.3)
        inputs = {field: value, "reason": dice.choice(texts["requests"][field])}
        works.append((staff, moment, [firm.pk], inputs | _site_check(demo, staff, moment, firm)))
    demo.change(f"{CUSTOMER}.request_change", works)
    return len(works)


def _wanted(firm: Any) -> dict[str, str]:
    """What else than another legal representative could be asked for: what differs from the file and sounds right."""
    found, (end, group) = {}, read(DATA)["becomes_group"]
    if firm.credit_code and firm.tax_number != firm.credit_code:
        found["tax_number"] = firm.credit_code
    if firm.name.endswith(end) and not any(word in firm.name for word in read(DATA)["no_group"]):
        found["name"] = firm.name.removesuffix(end) + group
    return found


def _site_check(demo: Demo, staff: Staff, moment: datetime, firm: Any) -> dict[str, Any]:
    """Who checked, when, and a short record of it."""
    user, day, texts = demo.organisation.user(staff), demo.time.day(moment), read(DATA)
    text = texts["evidence"] % {"day": day.isoformat(), "person": user.name, "customer": firm.name}
    file = receive(io.BytesIO(text.encode()), texts["file"], by=user.pk)
    return {"checked_by": user.pk, "checked_on": day.isoformat(), "evidence": file.pk}


def _decided(demo: Demo) -> None:
    """Some are approved or refused by whoever is over the account manager, in the order in which they came."""
    dice, managers, texts = demo.dice("decisions"), demo.organisation.by_user("account_manager"), read(DATA)
    for number, request in enumerate(ChangeRequest.objects.order_by("created_at", "pk")):
        verb = {0: "approved", 1: "refused"}.get(number % DECIDED)
        if verb is None:
            continue
        boss = demo.organisation.above(managers[request.requested_by_id], "key_account_manager")
        moment = demo.time.moment(dice, after=request.created_at + timedelta(hours=1))
        command = "dossier.changerequest.approve" if verb == "approved" else "dossier.changerequest.refuse"
        demo.change(command, [(boss, moment, [request.pk], {"answer": texts[verb]})])
