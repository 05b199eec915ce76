"""Two public pools of the demonstration: who takes part, what goes back by rule, what was returned, claimed and assigned."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from guanxi.modules.pools import selectors, services
from guanxi.modules.pools.choices import CountsFrom
from guanxi.modules.pools.models import Participant, Placement, Pool, RecycleRule
from guanxi.modules.pools.selectors import CUSTOMER, PLACEMENT
from guanxi.platform.access.memberships import Level
from guanxi.platform.access.models import Role
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.directory.demo import Demo, Staff, system_at
from guanxi.platform.directory.demo.data_files import read
from guanxi.platform.directory.demo.filling import Planned
from guanxi.platform.entities import registry

DATA = Path(__file__).parent / "data" / "demo.json"
BRANCH = "JS-SZ"
#: Full size of each part; every so many contracts are over, every so many of the returned customers was taken over again.
DATED, ENDED, RETURNED, TAKEN = 240, 6, 60, 3
#: Days before the end in which customers were returned, and in which some were taken over.
RETURNS, TAKEOVERS = (45, 16), 12
#: For so many weeks the rules have taken customers back.
WEEKS = 8
SMALL = orjson.dumps(["in", "tier", ["C", "D"]]).decode()
KEY_ACCOUNTS = orjson.dumps(["eq", "key_account", True]).decode()
LOST = orjson.dumps(["eq", "lifecycle", "lost"]).decode()


def fill(demo: Demo) -> None:
    """Set the pools up a year ago, and let the last weeks fill them."""
    with demo.stage("contract dates") as made:
        ends = _contract_field(demo)
        made(_contract_dates(demo, ends))
    with demo.stage("public pools") as made:
        branch, province = _pools(demo, ends)
        made(_returned(demo, branch, province))
        _taken_over(demo)
        made(_recycled(demo))


def _create(demo: Demo, key: str, maker: Staff, moment: datetime, records: Iterable[Any]) -> None:
    demo.create(key, [(maker, moment, record) for record in records])


# --- the pools ------------------------------------------------------------------------------------------------
def _contract_field(demo: Demo) -> str:
    """A date of customers of the operator's own, because there are no contracts yet; returns its key."""
    made = CustomField(entity=CUSTOMER, labels=read(DATA)["contract_ends"], key="contract_ends", kind="date")
    _create(demo, "customizing.customfield", demo.organisation.having("system_administrator")[0], _set_up(demo), [made])
    demo.organisation.read_rights_again()
    return made.key


def _contract_dates(demo: Demo, field: str) -> int:
    """The data administrator took the dates over from the list of contracts."""
    dice, clerk = demo.dice("contracts"), demo.organisation.having("data_administrator")[0]
    known = list(_customers().filter(created_at__lt=_set_up(demo)).order_by("code").values_list("pk", flat=True))
    chosen = dice.sample(known, min(demo.size(DATED, least=12), len(known)))
    by_day: dict[date, list[int]] = {}
    for number, pk in enumerate(chosen):
        months = dice.randint(1, 12) if number % ENDED else -2
        month = demo.now.date().replace(day=1) + timedelta(days=30 * months)
        by_day.setdefault(month.replace(day=dice.choice((1, 10, 20, 28))), []).append(pk)
    moment = demo.time.moment(dice, after=_set_up(demo), before=_set_up(demo) + timedelta(days=14))
    works = [(clerk, moment, ids, {field: day.isoformat()}) for day, ids in sorted(by_day.items())]
    return demo.change(f"{CUSTOMER}.edit", works)


def _pools(demo: Demo, ends: str) -> tuple[Pool, Pool]:
    """One of a branch and one of the whole province, each with its members and rules."""
    texts, roles = read(DATA)["pools"], {one.key: one for one in Role.objects.all()}
    departments = demo.organisation.departments
    branch = Pool(**texts["branch"], kept=KEY_ACCOUNTS, most_held=30, most_a_day=5, most_seen=60)
    province = Pool(
        **texts["province"],
        belonging=SMALL,
        kept=KEY_ACCOUNTS,
        most_held=50,
        most_a_day=3,
        most_seen=40,
        again_after=60,
    )
    clerk, moment = demo.organisation.having("data_administrator")[0], _set_up(demo)
    managers, leads = roles["account_manager"], roles["key_account_manager"]
    members = (
        Participant(pool=branch, unit=departments[BRANCH], role=managers),
        Participant(pool=branch, unit=departments[BRANCH], role=leads, permission=Level.LEAD),
        Participant(pool=province, role=managers),
        Participant(pool=province, unit=departments["JS-KA"], role=leads, permission=Level.LEAD),
        Participant(pool=province, role=roles["channel_manager"], permission=Level.READ),
    )
    rules = (
        RecycleRule(pool=branch, counts_from=CountsFrom.CONTACT, days=180, warn_days=14, only=LOST),
        RecycleRule(pool=province, counts_from=CountsFrom.DATE, date_field=ends, days=30, warn_days=14),
    )
    _create(demo, "pools.pool", clerk, moment, (branch, province))
    for line in (*members, *rules):
        line.pool_id = line.pool.pk  # known only now
    _create(demo, "pools.participant", clerk, moment, members)
    _create(demo, "pools.recyclerule", clerk, moment, rules)
    demo.organisation.read_rights_again()
    return branch, province


def _set_up(demo: Demo) -> datetime:
    return demo.time.moment(
        demo.dice("pools"), after=demo.now - timedelta(days=330), before=demo.now - timedelta(days=320)
    )


# --- in and out -----------------------------------------------------------------------------------------------
def _customers() -> Any:
    return registry.get(CUSTOMER).base_rows().exclude(owner=None)


def _returned(demo: Demo, branch: Pool, province: Pool) -> int:
    """Account managers let go whom they have not met for longest; those of the branch into its own pool."""
    dice, texts = demo.dice("returned"), read(DATA)["notes"]
    managers = demo.organisation.by_user("account_manager")
    small = _customers().filter(owner__in=list(managers), tier__in=("C", "D"), key_account=False, kind="organisation")
    quiet = small.filter(last_contact_at__lt=demo.now - timedelta(days=RETURNS[1])).order_by("last_contact_at", "code")
    works: list[Planned] = []
    for pk, owner, met in quiet.values_list("pk", "owner_id", "last_contact_at")[: demo.size(RETURNED, least=6)]:
        staff, reason = managers[owner], dice.choice(list(texts))
        begin = max(met, demo.now - timedelta(days=RETURNS[0]))
        moment = demo.time.moment(dice, after=begin, before=demo.now - timedelta(days=RETURNS[1]))
        pool = branch if staff.department.startswith(BRANCH) else province
        works.append((staff, moment, [pk], {"pool": pool.pk, "reason": reason, "note": dice.choice(texts[reason])}))
    return demo.change(f"{CUSTOMER}.to_pool", works)


def _taken_over(demo: Demo) -> None:
    """Colleagues of the same place claim some of them, managers assign others. One by one: each is written for its customer by
    whoever takes it."""
    dice = demo.dice("taken over")
    managers = [(one, demo.organisation.user(one)) for one in demo.organisation.having("account_manager")]
    waiting = Placement.objects.select_related("region", "pool").order_by("entered_at", "pk")[::TAKEN]
    busy: set[tuple[Staff, date]] = set()
    works: list[tuple[datetime, str, Staff, int, dict[str, Any]]] = []
    for number, stay in enumerate(waiting):
        place = stay.region
        near = [
            (staff, user)
            for staff, user in managers
            if place and user.region_id in (place.r1, place.r2, place.r3) and user.pk != stay.former_owner_id
            if staff.department.startswith(BRANCH) or stay.pool.belonging
        ]
        if not near:
            continue
        moment = demo.time.moment(dice, after=demo.now - timedelta(days=TAKEOVERS))
        staff, user = dice.choice(near)
        if (staff, demo.time.day(moment)) in busy:  # nobody comes near the limit of a day
            continue
        busy.add((staff, demo.time.day(moment)))
        lead = demo.organisation.above(staff, "key_account_manager")
        if number % TAKEN or not _leads(demo, lead, stay):
            works.append((moment, f"{PLACEMENT}.claim", staff, stay.pk, {}))
        else:
            works.append((moment, f"{PLACEMENT}.give", lead, stay.pk, {"owner": user.pk}))
    for moment, command, staff, pk, inputs in sorted(works, key=lambda one: (one[0], one[3])):
        demo.change(command, [(staff, moment, [pk], inputs)])


def _leads(demo: Demo, staff: Staff, stay: Placement) -> bool:
    actor = demo.organisation.actor(staff)
    return registry.get(PLACEMENT).rows(actor, "give").filter(pk=stay.pk).exists()


def _recycled(demo: Demo) -> int:
    """What the daily job would have done, week by week: some are warned of, those that were go back."""
    customers, number = list(_customers().values_list("pk", flat=True)), 0
    for weeks in range(WEEKS, -1, -1):
        moment = demo.now - timedelta(weeks=weeks)
        day, batch = demo.time.day(moment), uuid.UUID(int=demo.dice(f"batch {weeks}").getrandbits(128), version=4)
        rules = selectors.rules()
        concerned = selectors.falling(rules, customers, day).customers
        with transaction.atomic():
            found = services.recycle(rules, concerned, day, system_at(moment), batch)
        number += sum(map(len, found.back.values()))
    return number
