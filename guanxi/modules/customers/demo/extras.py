"""Further addresses, bank accounts and ways of contact of the larger customers."""

from datetime import datetime
from typing import Any

from guanxi.modules.customers.choices import MediumType, Tier
from guanxi.modules.customers.demo import numbers
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import FIRMS
from guanxi.modules.customers.models import Address, BankAccount, ContactMedium
from guanxi.platform.directory.demo import Demo, Staff

Made = list[tuple[Staff, datetime, Any]]


def plan(demo: Demo, territory: Territory, firms: list[Client]) -> dict[str, Made]:
    """Entity → records of the firms of the tiers A and B."""
    dice = demo.dice("extras")
    addresses: Made = []
    accounts: Made = []
    media: Made = []
    for serial, client in enumerate((one for one in firms if one.tier in (Tier.A, Tier.B)), 1):
        customer = client.customer
        after = max(client.since, client.handover[0] if client.handover else client.since)
        moment = demo.time.moment(dice, after=after)
        road = dice.choice(FIRMS["roads"].split()) + dice.choice(FIRMS["road_kinds"])
        county = territory.region(client.county)
        street = FIRMS["address"] % {"county": county.labels["zh-hans"], "road": road, "number": dice.randint(1, 399)}
        kind = dice.choice(("office", "billing", "installation", "machine-room"))
        addresses.append(
            (
                client.owner,
                moment,
                Address(customer=customer, address_type=kind, region=county, street=street, postcode=customer.postcode),
            )
        )
        if customer.credit_code:
            branch = FIRMS["bank_branch"] % {"place": territory.county_name(client.county)}
            bank = dice.choice(FIRMS["banks"].split())
            account = BankAccount(
                customer=customer,
                bank=bank,
                branch=branch,
                holder=customer.name,
                number=numbers.account_number(serial),
                preferred=True,
            )
            accounts.append((client.owner, moment, account))
        if dice.random() < 0.5:
            fax = numbers.landline(territory.branch(client.county)["area_code"], 90_000 + serial)
            media.append(
                (client.owner, moment, ContactMedium(customer=customer, medium_type=MediumType.FAX, value=fax))
            )
    return {"customers.address": addresses, "customers.bankaccount": accounts, "customers.contactmedium": media}
