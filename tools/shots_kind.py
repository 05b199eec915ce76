"""A kind of record of one's own for the screenshots: site contracts of customers, with a few records."""

from typing import Any

from guanxi.platform.access.actor import System
from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry

KEY = "custom.line_contract"
NAME, NUMBERED = "\u4e13\u7ebf\u5408\u540c", "HT-{year}-{0000}"
STATES = {
    "\u8d77\u8349": "secondary", "\u5ba1\u6279\u4e2d": "yellow", "\u5c65\u884c\u4e2d": "green",
    "\u5df2\u5230\u671f": "red",
}  # fmt: skip
FIELDS = {
    "\u72b6\u6001": "choice", "\u5e74\u8d39": "money", "\u5230\u671f\u65e5": "date", "\u5e26\u5bbd(Mbps)": "integer",
    "\u8054\u7cfb\u4eba\u5907\u6ce8": "longtext",
}  # fmt: skip
LINES = "\u9aa8\u5e72\u4e92\u8054\u4e13\u7ebf", "\u4e92\u8054\u7f51\u4e13\u7ebf", "\u4e91\u4e13\u7ebf"
COUNT = 12


def define() -> None:
    """The kind with its fields, open to key-account managers, and records of the largest customers."""
    actor = System("pictures of the documentation")

    def do(key: str, ids: tuple[int, ...] = (), /, **inputs: Any) -> int:
        return run(commands.get(key), actor, ids=ids, inputs=inputs).ids[0]

    kind = do(
        "records.customentity.create", label=NAME, key="line_contract", host="customers.customer", numbering=NUMBERED,
        icon="contract", title=f"{NAME}\u540d\u79f0", help="\u5ba2\u6237\u79df\u7528\u4e13\u7ebf\u7684\u5408\u540c",
    )  # fmt: skip
    fields = [do("customizing.customfield.create", entity=KEY, label=name, kind=what) for name, what in FIELDS.items()]
    for name, color in STATES.items():
        do("customizing.customchoice.create", field=fields[0], label=name, color=color)
    for role in Role.objects.filter(key__in=("key_account_manager", "account_manager")):
        do("records.customentity.open_to", (kind,), role=role.pk, level="everything", reach="subtree")
    states = [choice.value for choice in registry.get(KEY).fields()["x_zhuang_tai"].choices()]
    customers = registry.get("customers.customer").base_rows().order_by("pk")[:COUNT]
    for number, customer in enumerate(customers):
        do(
            f"{KEY}.create", name=f"{customer.short_name or customer.name[:8]}{LINES[number % 3]}", host=customer.pk,
            x_zhuang_tai=states[number * 7 % 4], x_nian_fei=f"{(number * 37 % 60 + 4) * 1000}",
            x_dao_qi_ri=f"2027-{number % 12 + 1:02d}-28", x_dai_kuan_mbps=(number % 5 + 1) * 100,
        )  # fmt: skip
