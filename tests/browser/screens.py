"""The main screens and how to reach them."""

from tests.browser.desk import Desk

LIST = "/customers/customer/"
LONG_NAME = "江苏省南京市江宁经济技术开发区高新技术产业创业服务中心第一联合商业银行股份有限公司软件大道科技支行营业部综合客户服务团队"[
    :60
]

#: Name → address; ``{record}`` is the page of a customer.
SCREENS = {
    "workbench": "/",
    "list": LIST,
    "board": LIST + "?layout=kanban",
    "tree": LIST + "?layout=tree",
    "groups": LIST + "?layout=group&group=region",
    "calendar": "/customers/interaction/?layout=calendar",
    "record": "{record}",
    "files": "{record}?tab=files",
    "form": "{record}edit/",
    "import": LIST + "import/",
    "inbox": "/inbox/",
    "jobs": "/jobs/",
}
#: Filters that no record fits, for the screens that have one.
EMPTY = {
    "list": LIST + "?q=zzzzzz",
    "board": LIST + "?layout=kanban&q=zzzzzz",
    "tree": LIST + "?layout=tree&q=zzzzzz",
    "groups": LIST + "?layout=group&group=region&q=zzzzzz",
    "bin": "/customers/contact/?deleted=1",
}
#: Addresses that answer with an error the person can do something about.
WRONG = {
    "list": (LIST + "?filter=[%22nonsense%22]", 400),
    "sort": (LIST + "?sort=nonsense", 400),
    "record": (LIST + "99999999/", 404),
    "page": ("/nowhere/at-all/", 404),
}


def record_of(desk: Desk) -> str:
    """The page of a customer with people, history and figures."""
    page = desk.open(LIST + "?sort=code")
    return page.locator("#gx-rows .gx-row-link").first.get_attribute("href") or ""


def address(name: str, record: str) -> str:
    return SCREENS[name].format(record=record)
