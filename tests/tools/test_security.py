"""The security rules find what they are for, and the project keeps them."""

from pathlib import Path

import pytest

from tools import security, weaknesses
from tools.shell import ROOT

#: Rule → examples that break it, each as the text of a view.
PLANTED = {
    "network": [
        "import requests", "import urllib.request", "from urllib import request", "import http.client", "import socket",
        "from http import client", "import httpx", "from smtplib import SMTP",
    ],
    "raw-sql": [
        'Customer.objects_.raw("SELECT 1")', 'rows.extra(where=["1=1"])', "from x import RawSQL\nRawSQL(text, [])",
        "with connection.cursor() as cursor: pass",
    ],
    "code-from-data": [
        "import pickle", "from marshal import loads", "eval(text)", "exec(text)", "yaml.load(text)", "import dill as d",
    ],
    "unescaped": ["mark_safe(name)", "SafeString(name)", "format_html(f'<b>{name}</b>')", "format_html(text % name)"],
    "spread-request": [
        "rows.filter(**request.GET.dict())", "rows.filter(**request.data)", "rows.get(**dict(self.request.POST))",
        "rows.filter(**(request.query_params or {}))",
    ],
    "unscoped": ["Customer.objects.get(pk=pk)", "models.Customer.everything.all()"],
    "unverified": ["session.get(url, verify=False)", "ssl._create_unverified_context()", "context.verify_mode = ssl.CERT_NONE"],
    "open-redirect": [
        "def view(request):\n    return redirect(request.GET['next'])",
        "def view(request):\n    to = request.POST.get('next')\n    return HttpResponseRedirect(to)",
    ],
    "secret": [
        'API_KEY = "9f86d081884c7d659a2feaa0"', '"client_secret": "abcdefgh12345678"', "AKIA" + "IOSFODNN7EXAMPLE",
        "-----BEGIN RSA " + "PRIVATE KEY-----", "postgresql://guanxi:hunter2hunter2@db/x", "ghp_" + "a1" * 18,
    ],
}  # fmt: skip
FINE = [
    "from urllib.parse import urlsplit", "from http import HTTPStatus", "import json", "re.compile(text)",
    "rows.filter(**wanted(request.POST))", "Customer.DoesNotExist", "format_html('<b>{}</b>', name)",
    "def view(request):\n    to = request.GET['next']\n    if url_has_allowed_host_and_scheme(to, None):\n        return redirect(to)",
    'SECRET = os.environ.get("GUANXI_SECRET")', "requests_seen = 1", "rows.extra_columns()", "timeline.extend(extra)",
]  # fmt: skip


def found(folder: Path, text: str, name: str = "guanxi/platform/ui/views/planted.py") -> set[str]:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return {one.rule for one in security.findings(folder, [name])}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in PLANTED.items() for text in texts])
def test_what_is_planted_is_found(tmp_path, rule, text):
    if rule == "secret":
        assert found(tmp_path, f"# {text}\n") == {rule}
    else:
        assert rule in found(tmp_path, text)


@pytest.mark.parametrize("text", FINE)
def test_what_is_fine_is_not_reported(tmp_path, text):
    assert found(tmp_path, text) == set()


def test_every_rule_has_its_planted_example():
    assert set(PLANTED) == {*security.RULES, "open-redirect", "secret"}


@pytest.mark.parametrize("line", ["{{ name|safe }}", "{{ name | safe }}", "{% autoescape off %}"])
def test_a_template_that_does_not_escape_is_found(tmp_path, line):
    assert found(tmp_path, f"<p>\n{line}</p>", "guanxi/platform/ui/templates/planted.html") == {"unescaped"}


def test_the_project_keeps_the_rules_and_no_reviewed_place_is_a_leftover():
    names = security.tracked(ROOT)
    assert [str(one) for one in security.findings(ROOT, names)] == []
    places = {*security.NETWORK_PLACES, *security.SQL_PLACES, *security.UNESCAPED_PLACES, *security.UNSCOPED}
    assert {place for place in places if not any(name.startswith(place) for name in names)} == set()


def test_what_bandit_finds_beyond_the_reviewed_places_is_told():
    def finding(file: str, number: str) -> dict[str, object]:
        return {"filename": f"./{file}", "test_id": number, "line_number": 3, "issue_text": "bad"}

    reviewed, other = "guanxi/platform/bulk/sqlite.py", "guanxi/platform/jobs/worker.py"
    report = {
        "results": [finding(reviewed, "B608"), finding(other, "B608"), finding(reviewed, "B301")],
        "errors": [{"filename": other, "reason": "syntax error"}],
    }
    assert list(weaknesses.problems(report)) == [
        f"{other}:3: B608: bad", f"{reviewed}:3: B301: bad", f"{other}: syntax error",
    ]  # fmt: skip
