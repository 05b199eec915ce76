"""Numbers that have the right form and check digit, but that nobody has: telephone blocks never given out, documents
of the region 329900, which does not exist."""

from datetime import date

from stdnum.cn import ric, uscc

NO_REGION = "329900"
#: What the first two signs of a credit code say, by customer type; enterprises are 91.
AUTHORITY = {
    "government": "11",
    "public-institution": "12",
    "education": "12",
    "medical": "12",
    "association": "51",
    "sole-trader": "92",
}
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def contact_mobile(number: int) -> str:
    return f"+86170{number:08d}"


def private_mobile(number: int) -> str:
    return f"+86171{number:08d}"


def member_number(number: int) -> str:
    """The service number under which somebody belongs to a group, as customers write it."""
    return f"162{number:08d}"


def landline(area_code: str, number: int) -> str:
    return f"+86{area_code.lstrip('0')}555{number:05d}"


def credit_code(customer_type: str, number: int) -> str:
    """A unified social credit code with both check digits (GB 11714 within GB 32100)."""
    body = f"{AUTHORITY.get(customer_type, '91')}{NO_REGION}{_organisation_code(number)}"
    return body + uscc.calc_check_digit(f"{body}0")


def _organisation_code(number: int) -> str:
    body = f"MA{number:06d}"
    total = sum(weight * int(sign, 36) for weight, sign in zip(ORGANISATION_WEIGHTS, body, strict=True))
    return body + "0123456789X0"[11 - total % 11]


def resident_id(born_on: date, number: int, *, female: bool) -> str:
    """A resident identity number; ``number`` tells people born on the same day apart."""
    body = f"{NO_REGION}{born_on:%Y%m%d}{(number * 2 + (not female)) % 1000:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def account_number(number: int) -> str:
    """A bank account of a bank that does not exist."""
    return f"99{number:017d}"
