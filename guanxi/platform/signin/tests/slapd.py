"""A real directory server on loopback with TLS, for the tests of the sign-in: Debian's slapd, no network beyond."""

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BASE, ADMIN, SECRET = "dc=example,dc=org", "cn=admin,dc=example,dc=org", "directory secret"
PEOPLE = {"ann": "the directory's word", "bob": "another word"}
BINARY = "/usr/sbin/slapd"
WITHIN = 15.0


@dataclass
class Directory:
    port: int
    tls_port: int
    certificate: Path

    @property
    def settings(self) -> dict[str, str]:
        return {
            "url": f"ldaps://127.0.0.1:{self.tls_port}",
            "bind_dn": ADMIN,
            "password": SECRET,
            "base": BASE,
            "filter": "(uid={name})",
            "ca": str(self.certificate),
        }


def is_there() -> bool:
    return shutil.which(BINARY) is not None and Path("/etc/ldap/schema/core.schema").exists()


@contextmanager
def running(folder: Path) -> Iterator[Directory]:
    """The server until the end of the block."""
    certificate, key = _certificate(folder)
    data = folder / "data"
    data.mkdir()
    (folder / "slapd.conf").write_text(
        "\n".join(
            [
                *(f"include /etc/ldap/schema/{name}.schema" for name in ("core", "cosine", "inetorgperson")),
                f"pidfile {folder}/slapd.pid",
                "modulepath /usr/lib/ldap",
                "moduleload back_mdb",
                f"TLSCertificateFile {certificate}",
                f"TLSCertificateKeyFile {key}",
                "database mdb",
                f'suffix "{BASE}"',
                f'rootdn "{ADMIN}"',
                f'rootpw "{SECRET}"',
                f"directory {data}",
                "",
            ]
        )
    )
    (folder / "people.ldif").write_text(_people())
    conf = str(folder / "slapd.conf")
    subprocess.run(
        ["/usr/sbin/slapadd", "-f", conf, "-l", str(folder / "people.ldif")], check=True, capture_output=True
    )
    made = Directory(_free_port(), _free_port(), certificate)
    urls = f"ldap://127.0.0.1:{made.port} ldaps://127.0.0.1:{made.tls_port}"
    server = subprocess.Popen([BINARY, "-f", conf, "-h", urls, "-d", "0"], stderr=subprocess.DEVNULL)
    try:
        _await(made.tls_port, server)
        yield made
    finally:
        server.terminate()
        server.wait(timeout=10)


def _people() -> str:
    entries = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n"]
    entries += [
        f"dn: uid={uid},{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}\nuserPassword: {word}\n"
        for uid, word in PEOPLE.items()
    ]
    return "\n".join(entries)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("127.0.0.1")]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _await(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("slapd did not start")
