"""One table in every kind of file goes through upload, suggestion, check and run, and gives the same customers."""

import pytest

from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.tests.table_files import (
    FOUNDED,
    NAMES,
    REMARKS,
    delimited,
    laid_out_workbook,
    old_workbook,
    open_document,
    two_sheets,
)
from guanxi.platform.access.models import User
from guanxi.platform.exchange import services
from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.exchange.problems import problems
from guanxi.platform.exchange.tests.importing import check, imported, run, upload
from guanxi.platform.exchange.tests.reading.builders import inline, xlsx

FIELDS = ["name", "code", "phone", "employees", "founded_on", "remarks"]
EXPECTED = [
    (NAMES[0], "007", "+8613800138000", 12, FOUNDED, REMARKS[0]),
    (NAMES[1], "008", "+8613900139000", 3, FOUNDED, REMARKS[1]),
]
FILES = {
    "gbk-semicolon.csv": lambda: delimited(";", "gbk"),
    "gb18030-tab.txt": lambda: delimited("\t", "gb18030", phone="13800138000.0"),
    "utf8-pipe.csv": lambda: delimited("|", "utf-8", phone="13800138000"),
    "utf8-mark-comma.csv": lambda: delimited(",", "utf-8-sig"),
    "utf16-tab.tsv": lambda: delimited("\t", "utf-16"),
    "old.xls": old_workbook,
    "old-1904.xls": lambda: old_workbook(calendar_1904=True),
    "open.ods": open_document,
    "laid-out.xlsx": laid_out_workbook,
    "laid-out-1904.xlsx": lambda: laid_out_workbook(calendar_1904=True),
    "two-sheets.xlsx": two_sheets,
}


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


@pytest.mark.parametrize("name", FILES)
def test_the_same_customers_come_out_of_every_kind_of_file(chief, name):
    chosen = upload("customers.customer", chief, FILES[name](), name)
    if name == "two-sheets.xlsx":
        services.propose(chosen, chief, sheet=1, reread=True)
    assert [chosen.mapping["columns"].get(str(at)) for at in range(6)] == FIELDS
    check(chosen, chief)
    hidden = 1 if name.startswith("laid-out") else 0
    assert chosen.found["counts"] == {"rows": 2, "created": 2, "refused": 0, "hidden": hidden}
    assert not Customer.objects.exists()
    run(chosen, chief)
    assert chosen.counters == {"created": 2}
    assert list(Customer.objects.order_by("code").values_list(*FIELDS)) == EXPECTED
    again = imported("customers.customer", chief, delimited(",", "utf-8"), existing="update")
    assert again.counters == {"unchanged": 2}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("number.xlsx", xlsx(
            f'<row r="1">{inline("A1", "Customer name")}{inline("B1", "Customer code")}</row>'
            f'<row r="2">{inline("A2", "Acme")}<c r="B2"><v>330106199001011234</v></c></row>'
            f'<row r="3">{inline("A3", "Birch")}{inline("B3", "330106199001011234")}</row>')),
        ("scientific.csv", b"Customer name,Customer code\nAcme,3.30106E+17\nBirch,330106199001011234\n"),
    ],
)  # fmt: skip
def test_a_code_that_the_spreadsheet_program_rounded_is_refused_and_never_stored(chief, name, content):
    User.objects.filter(pk=chief.user_id).update(language="en")
    chosen = imported("customers.customer", chief, content, name=name)
    assert chosen.counters == {"created": 1, "refused": 1}
    assert Customer.objects.get().code == "330106199001011234"
    (problem,) = problems(folder_of(chosen))
    assert (problem.row, problem.column) == (2, 1)
    assert "spreadsheet program" in problem.message
    assert "Format the column as text" in problem.message


def test_the_key_by_which_records_are_recognised_is_chosen(chief):
    imported("customers.customer", chief, "Customer code,Customer name,Phone\nA-1,Acme,13800138000\nA-2,Acme,\n")
    file = "Customer code,Customer name,Phone,E-mail\nB-1,Birch,13800138000,a@example.com\n"
    by_phone = imported("customers.customer", chief, file, key="phone", existing="update")
    assert by_phone.counters == {"updated": 1}
    assert dict(Customer.objects.values_list("code", "name")) == {"B-1": "Birch", "A-2": "Acme"}
    imported("customers.customer", chief, "Customer code,Customer name\nA-3,Acme\n", existing="create")
    file = "Customer name,E-mail\nAcme,b@example.com\nBirch,c@example.com\n"
    by_name = imported("customers.customer", chief, file, key="name", existing="update")
    assert by_name.counters == {"updated": 1, "refused": 1}
    assert [problem.row for problem in problems(folder_of(by_name))] == [2]
    assert set(Customer.objects.values_list("code", "email")) == {("A-2", ""), ("A-3", ""), ("B-1", "c@example.com")}
