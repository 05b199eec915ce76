"""The security check: our own rules over the source, for what linters do not know of this house.

Each rule names the places that were looked at and may break it; a new place is reviewed and added, or the code is changed.
Bandit runs beside it (pyproject.toml).
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.shell import ROOT

PLATFORM = "guanxi/platform"
#: Modules that open connections, and who may: see guanxi/platform/outbound/README.md.
NETWORK = {"socket", "ssl", "http.client", "urllib.request", "smtplib", "ftplib", "telnetlib", "xmlrpc", "requests", "httpx",
           "urllib3", "aiohttp", "ldap3", "websockets", "paramiko"}  # fmt: skip
NETWORK_PLACES = (
    f"{PLATFORM}/outbound/addresses.py", f"{PLATFORM}/outbound/wire.py", f"{PLATFORM}/outbound/sessions.py",
    f"{PLATFORM}/messages/mail/transport.py", f"{PLATFORM}/messages/mail/conf.py", f"{PLATFORM}/signin/directory_door.py",
    f"{PLATFORM}/signin/oidc.py",  # names the library's errors
    f"{PLATFORM}/files/antivirus.py",
    f"{PLATFORM}/jobs/worker.py",  # its host's name
)  # fmt: skip
#: Raw SQL stands in these rooms, once per database.
SQL_PLACES = (
    f"{PLATFORM}/bulk/", f"{PLATFORM}/keeping/tables.py", f"{PLATFORM}/keeping/databases.py", f"{PLATFORM}/events/guard.py",
    f"{PLATFORM}/events/operations.py", f"{PLATFORM}/api/health.py", f"{PLATFORM}/search/sqlite.py", f"{PLATFORM}/search/postgresql.py",
)  # fmt: skip
#: Rows that pages read without the gate: one's own, or what everybody who may open the page may see.
UNSCOPED = {
    f"{PLATFORM}/ui/views/records.py": {"Draft"}, f"{PLATFORM}/ui/views/account.py": {"User"},
    f"{PLATFORM}/ui/views/rights.py": {"User"}, f"{PLATFORM}/ui/views/preferences.py": {"User"},
    f"{PLATFORM}/ui/views/lists.py": {"SavedView"}, f"{PLATFORM}/ui/help_page.py": {"Role"},
    f"{PLATFORM}/ui/backup_page.py": {"Job"}, f"{PLATFORM}/ui/inbox_page.py": {"User"},
    f"{PLATFORM}/ui/carried_views.py": {"SavedView"}, f"{PLATFORM}/ui/handover_page.py": {"SavedView"}, f"{PLATFORM}/ui/access_page.py": {"Role"},
    f"{PLATFORM}/ui/audit_page.py": {"Verification", "Anchor", "AuditEvent"}, f"{PLATFORM}/ui/job_page.py": {"User"},
    f"{PLATFORM}/ui/mail_page.py": {"Mail"}, f"{PLATFORM}/ui/list_state.py": {"Department", "SavedView"},
    f"{PLATFORM}/ui/shell.py": {"Role", "User"}, f"{PLATFORM}/ui/timeline.py": {"Draft"},
    f"{PLATFORM}/ui/layout_page.py": {"Layout", "Role"}, f"{PLATFORM}/ui/profile.py": {"User"}, f"{PLATFORM}/api/health.py": {"Job", "Event"},
}  # fmt: skip
DOORS = (f"{PLATFORM}/ui/", f"{PLATFORM}/api/")
UNPICKLING = {"pickle", "cPickle", "dill", "marshal", "shelve", "jsonpickle", "joblib"}
RUNNING = {"eval", "exec", "compile", "__import__"}
SENT = {"GET", "POST", "FILES", "COOKIES", "META", "headers", "body", "data", "query_params"}
REDIRECTS = {"redirect", "HttpResponseRedirect", "HttpResponsePermanentRedirect"}
UNESCAPED = {"mark_safe", "SafeString", "SafeText", "html_safe"}
#: Rows and controls that are drawn by the thousand: every value passes escape() there.
UNESCAPED_PLACES = (
    f"{PLATFORM}/ui/templatetags/cells.py", f"{PLATFORM}/ui/templatetags/gx.py",
    f"{PLATFORM}/ui/views/records.py",  # a rendered template
)  # fmt: skip

SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\bLTAI[0-9A-Za-z]{12,24}\b"),
    re.compile(r"\b(?:ghp|gho|ghs|glpat|xox[abp])[-_][0-9A-Za-z_-]{20,}\b"),
    re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    re.compile(r"\b[a-z][a-z0-9+]*://(?!user:password@)[^\s/:@'\"<>{}$*]+:[^\s/:@'\"<>{}$*%]{6,}@"),
    re.compile(
        r"""(?i)\b\w*(?:password|passwd|secret|api_?key|access_?token)\w*["']?\s*[:=]\s*["'](?=[^"']*\d)[^\s"'{}<>%$]{16,}["']"""
    ),
)
SOURCE = {
    ".py",
    ".html",
    ".js",
    ".json",
    ".toml",
    ".yml",
    ".yaml",
    ".cfg",
    ".ini",
    ".sh",
    ".md",
    ".txt",
    ".env",
    ".pem",
    ".key",
}
#: Lock files hold digests; invented secrets of tests are told apart by standing in a test.
NO_SECRETS_IN = re.compile(r"(?:^|/)(?:tests|node_modules)/|requirements[\w-]*\.txt$|package-lock\.json$")


@dataclass(frozen=True, order=True)
class Finding:
    """``rule`` is its name, ``text`` what to do."""

    file: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.text}"


Rule = Callable[[str, ast.AST], str]


# --- rules over one node: an empty text means that it keeps the rule ---------------------------------------
def network(file: str, node: ast.AST) -> str:
    """Nobody but the one client opens connections."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    for name in names:
        if (name in NETWORK or name.partition(".")[0] in NETWORK) and file not in NETWORK_PLACES:
            return f"{name} opens connections: call other machines through guanxi.platform.outbound.client"
    return ""


def raw_sql(file: str, node: ast.AST) -> str:
    """SQL in words stands in few rooms."""
    called = _called(node)
    if called not in ("raw", "extra", "RawSQL", "cursor") or file.startswith(SQL_PLACES):
        return ""
    if called == "extra" and not _keywords(node) & {"select", "where", "params", "tables", "order_by"}:
        return ""
    return f"{called}() takes SQL: ask through the ORM, or add a door to the room bulk"


def unpickled(file: str, node: ast.AST) -> str:
    """Nothing that is read may become code."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    if hit := next((name for name in names if name.partition(".")[0] in UNPICKLING), ""):
        return f"{hit} makes code of data: use JSON"
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in RUNNING:
            return f"{node.func.id}() runs what it is given: there is FEEL for expressions of users"
        if ast.unparse(node.func) in ("yaml.load", "yaml.unsafe_load", "yaml.full_load"):
            return "yaml.load makes objects of data: use JSON, or yaml.safe_load"
    return ""


def unescaped(file: str, node: ast.AST) -> str:
    """What users wrote is escaped by the template engine, always."""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    if _called(node) in UNESCAPED and file not in UNESCAPED_PLACES:
        return f"{_called(node)}() switches escaping off: use format_html with values as arguments, or a template"
    constant = isinstance(node.args[0], ast.Constant) or _called(node.args[0]) in ("_", "gettext")
    if _called(node) == "format_html" and not constant:
        return "the first argument of format_html is a constant, or values stand in it unescaped"
    return ""


def spread(file: str, node: ast.AST) -> str:
    """What was sent does not choose the names of arguments (CVE-2025-64459)."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg is None and any(_is_sent(part) for part in _alternatives(keyword.value)):
                return "** of what was sent lets the sender choose the look-up: take the names that are allowed"
    return ""


def unscoped(file: str, node: ast.AST) -> str:
    """Pages and REST read through the gate."""
    if not file.startswith(DOORS) or not isinstance(node, ast.Attribute) or node.attr not in ("objects", "everything"):
        return ""
    model = ast.unparse(node.value).rpartition(".")[2]
    if not model[:1].isupper() or model in UNSCOPED.get(file, ()):
        return ""
    return f"{model}.{node.attr} knows no rights: read through entity.rows(actor) or the gate"


def unverified(file: str, node: ast.AST) -> str:
    """Certificates are verified."""
    if isinstance(node, ast.Attribute) and node.attr in ("_create_unverified_context", "CERT_NONE"):
        return "certificates are always verified; name a private authority in the settings"
    if isinstance(node, ast.keyword) and node.arg in ("verify", "check_hostname"):
        return "certificates are always verified" if getattr(node.value, "value", None) is False else ""
    return ""


RULES: dict[str, Rule] = {
    "network": network, "raw-sql": raw_sql, "code-from-data": unpickled, "unescaped": unescaped, "spread-request": spread,
    "unscoped": unscoped, "unverified": unverified,
}  # fmt: skip


# --- rules over more than a node ----------------------------------------------------------------------------
def open_redirects(file: str, tree: ast.AST) -> Iterator[Finding]:
    """Where one is sent to was not written by whoever asked, or was looked at."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        if any(_called(call) == "url_has_allowed_host_and_scheme" for call in calls):
            continue
        tainted = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and _reads_request(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in calls:
            to = call.args[0] if call.args and _called(call) in REDIRECTS else None
            if to is not None and (_reads_request(to) or (isinstance(to, ast.Name) and to.id in tainted)):
                text = "leads where the request says: ask url_has_allowed_host_and_scheme first"
                yield Finding(file, call.lineno, "open-redirect", text)


def in_templates(file: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\|\s*safe(?:seq)?\b|\{%\s*autoescape\s+off", line):
            yield Finding(file, number, "unescaped", "escaping is never switched off in a template")


def secrets(file: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        if any(pattern.search(line) for pattern in SECRETS) and "noqa: S105" not in line:
            yield Finding(file, number, "secret", "looks like a secret: take it from the environment or a file")


# --- looking ----------------------------------------------------------------------------------------------
def findings(root: Path, names: list[str]) -> Iterator[Finding]:
    """What breaks a rule in the files of these names, relative to ``root``."""
    for name in names:
        path = root / name
        if path.suffix not in SOURCE or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if not NO_SECRETS_IN.search(name):
            yield from secrets(name, text)
        if not name.startswith("guanxi/") or "/tests/" in name or "/migrations/" in name:
            continue
        if path.suffix == ".html":
            yield from in_templates(name, text)
        elif path.suffix == ".py":
            yield from _in_code(name, text)


def _in_code(name: str, text: str) -> Iterator[Finding]:
    tree = ast.parse(text, name)
    for node in ast.walk(tree):
        for rule, breaks in RULES.items():
            if why := breaks(name, node):
                yield Finding(name, getattr(node, "lineno", 1), rule, why)
    yield from open_redirects(name, tree)


def _called(node: ast.AST) -> str:
    """The last name of what a call calls; empty for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _keywords(node: ast.AST) -> set[str | None]:
    return {keyword.arg for keyword in node.keywords} if isinstance(node, ast.Call) else set()


def _alternatives(node: ast.AST) -> list[ast.AST]:
    """What an expression may come to: the sides of ``a or b`` and ``a if c else b``."""
    if isinstance(node, ast.BoolOp):
        return [found for value in node.values for found in _alternatives(value)]
    if isinstance(node, ast.IfExp):
        return [*_alternatives(node.body), *_alternatives(node.orelse)]
    return [node]


def _is_sent(node: ast.AST) -> bool:
    """Whether an expression is what was sent, in another dress: ``request.GET.dict()``, ``dict(request.data)``. What a
    function of ours makes of it is that function's matter."""
    if isinstance(node, ast.Call):
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if inner is None and _called(node) == "dict":
            inner = node.args[0] if node.args else None
        return inner is not None and _is_sent(inner)
    return isinstance(node, ast.Attribute) and node.attr in SENT and _reads_request(node)


def _reads_request(node: ast.AST) -> bool:
    """Whether something that was sent is read: ``request.GET``, ``self.request.data`` …"""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr in SENT:
            holder = part.value
            if getattr(holder, "attr", getattr(holder, "id", "")) in ("request", "sent"):
                return True
    return False


def tracked(root: Path) -> list[str]:
    """The files of the project, new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()


def main() -> int:
    """:returns: exit status"""
    found = sorted(set(findings(ROOT, tracked(ROOT))))
    print("\n".join(str(one) for one in found) or "no finding")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
