"""What values and combinations are right. Pure: no query, no request.

``…_value`` functions are the ``check`` of a field description: they return the value in its one way of
writing or raise Invalid. ``…_problems`` look at several fields: {field key: message}.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from guanxi.modules.customers.choices import LEAP_KEY, LUNAR_KEY, Calendar, CustomerKind, Gender, MediumType
from guanxi.modules.customers.models import Anniversary, Contact, Customer, Interaction
from guanxi.platform.access.kinds import FULL_WIDTH, Invalid
from guanxi.platform.refdata.chinese import identity, lunar, names, phones

RESIDENT_ID = "resident"
MONTH = re.compile(r"(\d{4})(?:(\d\d)|\s*[-/.\u5e74]\s*(\d{1,2})\s*\u6708?)")

#: Fields that only make sense for one kind of customer.
ORGANISATION_ONLY = (
    "credit_code",
    "legal_representative",
    "registered_capital",
    "founded_on",
    "employees",
    "tax_number",
)
PERSON_ONLY = ("gender", "born_on")
FOREIGN: dict[str, tuple[str, ...]] = {
    CustomerKind.ORGANISATION: PERSON_ONLY,
    CustomerKind.HOUSEHOLD: (*ORGANISATION_ONLY, *PERSON_ONLY),
}


# --- one value ----------------------------------------------------------------------------------------
def name_value(text: str) -> str:
    """A name in half-width letters and digits without superfluous spaces."""
    clean = names.normalise_company(text)
    if not clean:
        raise Invalid(_("“%(value)s” is not a name. Write it out.") % {"value": text})
    return clean


def phone_value(text: str) -> str:
    """Any telephone number in the form in which it is stored and compared."""
    return _phone(text).text


def mobile_value(text: str) -> str:
    """A mobile number, of the mainland or abroad."""
    phone = _phone(text)
    if phone.kind not in (phones.PhoneKind.MOBILE, phones.PhoneKind.FOREIGN):
        raise Invalid(_("“%(value)s” is not a mobile number. Enter a landline as “Phone”.") % {"value": text})
    return phone.text


def _phone(text: str) -> phones.Phone:
    try:
        return phones.parse_phone(text)
    except phones.PhoneProblem as problem:
        raise Invalid(str(problem)) from problem


def credit_code_value(text: str) -> str:
    """The unified social credit code with its check digit."""
    try:
        return identity.credit_code(text)
    except identity.IdentityProblem as problem:
        raise Invalid(str(problem)) from problem


def email_value(text: str) -> str:
    """An e-mail address with a lower-case domain."""
    try:
        return names.normalise_email(text)
    except names.EmailProblem as problem:
        raise Invalid(str(problem)) from problem


def month_text(raw: Any) -> Any:
    """A month as people write it ("2026-10", "2026/10", "202610", year and month with Chinese marks) as its first day;
    anything else as it is."""
    found = MONTH.fullmatch(raw.translate(FULL_WIDTH).strip()) if isinstance(raw, str) else None
    return f"{found[1]}-{int(found[2] or found[3]):02d}-01" if found else raw


def month_value(day: date) -> date:
    """The first day of the month, which is the period of a measure."""
    return day.replace(day=1)


MEDIUM_VALUES: dict[str, Callable[[str], str]] = {
    MediumType.MOBILE: mobile_value,
    MediumType.PHONE: phone_value,
    MediumType.FAX: phone_value,
    MediumType.EMAIL: email_value,
}


def medium_value(medium_type: str, text: str) -> str:
    """A further number or address in the one way of writing of its type. Raises Invalid."""
    check = MEDIUM_VALUES.get(medium_type)
    return check(text) if check else text


# --- several values -------------------------------------------------------------------------------------
def customer_problems(customer: Customer, today: date) -> dict[str, str]:
    """What the kind forbids, documents that cannot be, days to come."""
    problems = _kind_problems(customer)
    if customer.parent_id and customer.parent_id == customer.pk:
        problems["parent"] = _("A customer cannot stand below itself. Choose another parent company.")
    if customer.id_number and not customer.id_type:
        problems["id_type"] = _("Say which kind of document the number belongs to.")
    if customer.id_number and customer.id_type == RESIDENT_ID:
        try:
            told = identity.resident_id(customer.id_number)
        except identity.IdentityProblem as problem:
            problems["id_number"] = str(problem)
        else:
            if customer.born_on and customer.born_on != told.birth_date:
                problems["born_on"] = _("The document number says %(date)s.") % {"date": told.birth_date.isoformat()}
    for key in ("born_on", "founded_on"):
        if (day := getattr(customer, key)) and day > today:
            problems[key] = _("This day is still to come. Check the year.")
    return problems


def _kind_problems(customer: Customer) -> dict[str, str]:
    foreign = FOREIGN.get(customer.kind, ORGANISATION_ONLY)
    wrong = [key for key in foreign if getattr(customer, key) not in (None, "")]
    if not wrong:
        return {}
    if customer.kind == CustomerKind.ORGANISATION:
        message = _("An organisation has none. Clear it, or change the kind of customer.")
    else:
        message = _("Only organisations have one. Clear it, or change the kind of customer.")
    return dict.fromkeys(wrong, message)


def complete_from_document(customer: Customer) -> None:
    """Fill birth and gender from a resident identity number where they are empty, and write the number in one way."""
    if customer.id_type != RESIDENT_ID or not customer.id_number:
        return
    try:
        told = identity.resident_id(customer.id_number)
    except identity.IdentityProblem:
        return  # refused by customer_problems; here only what is right is completed
    customer.id_number = told.number
    if customer.kind == CustomerKind.INDIVIDUAL:
        customer.born_on = customer.born_on or told.birth_date
        customer.gender = customer.gender or (Gender.FEMALE if told.female else Gender.MALE)


def contact_problems(contact: Contact, today: date) -> dict[str, str]:
    """Links to records of another kind or customer, days to come. Follows the links that are set."""
    problems = {}
    if contact.born_on and contact.born_on > today:
        problems["born_on"] = _("This day is still to come. Check the year.")
    if (superior := contact.reports_to) is not None:
        if superior.pk == contact.pk:
            problems["reports_to"] = _("Nobody reports to themselves. Choose another person.")
        elif superior.customer_id != contact.customer_id:
            problems["reports_to"] = _("This person belongs to another customer. Choose somebody of the same one.")
    if (individual := contact.individual) is not None and individual.kind != CustomerKind.INDIVIDUAL:
        problems["individual"] = _("This customer is not an individual. Choose the person's own customer record.")
    return problems


def anniversary_problems(anniversary: Anniversary) -> dict[str, str]:
    """A day that no year has."""
    if not 1 <= (anniversary.month or 0) <= 12:
        return {"month": _("A month has a number from 1 to 12.")}
    if anniversary.calendar == Calendar.LUNAR:
        return {} if 1 <= (anniversary.day or 0) <= 30 else {"day": _("A lunar day has a number from 1 to 30.")}
    if anniversary.leap:
        return {"leap": _("Only the lunar calendar has leap months.")}
    try:
        date(2024, anniversary.month, anniversary.day)
    except ValueError:
        return {"day": _("This month has no such day.")}
    return {}


def interaction_problems(interaction: Interaction, now: datetime) -> dict[str, str]:
    """Something that has not happened yet (an hour is allowed for clocks), or with a person of another customer."""
    problems = {}
    if interaction.at and interaction.at > now + timedelta(hours=1):
        problems["at"] = _("Only what has happened is recorded here. Plan what is to come as a task.")
    if (person := interaction.contact) is not None and person.customer_id != interaction.customer_id:
        problems["contact"] = _("This person belongs to another customer. Choose somebody of the same one.")
    return problems


# --- day keys -------------------------------------------------------------------------------------------
def day_key(month: int, day: int, *, calendar: str = Calendar.SOLAR, leap: bool = False) -> int:
    """One number for a day of the year: month * 100 + day, the lunar calendar and its leap months apart."""
    key = month * 100 + day
    if calendar == Calendar.LUNAR:
        key += LEAP_KEY if leap else LUNAR_KEY
    return key


def birthday_key(born_on: date | None, calendar: str = Calendar.SOLAR) -> int | None:
    """The day key of a birthday in the calendar by which it is kept; None where it is unknown."""
    if born_on is None:
        return None
    if calendar != Calendar.LUNAR:
        return day_key(born_on.month, born_on.day)
    try:
        found = lunar.to_lunar(born_on)
    except (lunar.LunarProblem, IndexError):
        return None
    return day_key(found.month, found.day, calendar=calendar, leap=found.leap)
