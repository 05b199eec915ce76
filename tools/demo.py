"""The demonstration, and the server without it: web process and worker beside each other."""

import http.client
import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

from tools import assets, environment, supervisor
from tools.environment import PYTHON
from tools.shell import ROOT, Failure, call, run
from tools.supervisor import Child

DATA = ROOT / "var" / "demo"
LOADED = DATA / ".loaded"
READY_WITHIN = 90.0  # seconds
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def set_up() -> None:
    """Python packages, front-end files and compiled translations."""
    environment.ready()
    assets.ready()
    run([PYTHON, "-m", "tools.translations", "compile"])


def demo(host: str, port: int) -> int:
    """Start the demonstration on an embedded database in var/demo; returns when stopped.

    Demonstration data is loaded beside the running server, so that the first page does not wait for it.
    """
    _refuse_taken(host, port)
    set_up()
    # The demonstration owns its database; it must not fill one that the environment happens to name.
    os.environ.pop("DATABASE_URL", None)
    os.environ.update(
        GUANXI_DEMO="1",
        GUANXI_DATA_DIR=str(DATA),
        GUANXI_SITE_URL=_site_url(host, port),
        GUANXI_BIND=host,
        GUANXI_LOG_FORMAT="plain",
        PYTHONUNBUFFERED="1",
    )
    if host not in LOOPBACK:
        os.environ.setdefault("GUANXI_HOSTS", "*")
    if DATA.exists() and not LOADED.exists():
        print("The last start ended before the demonstration data was complete; it begins anew.", flush=True)
        shutil.rmtree(DATA)
    run([PYTHON, "-m", "tools.prepare"])
    children = [
        Child("The web server", _web(host, port, 1), os.environ, _fresh(DATA / "web.log")),
        Child("The worker", [PYTHON, "manage.py", "worker"], os.environ, _fresh(DATA / "worker.log")),
    ]
    loader = None
    try:
        _start(children, host, port)
        print(f"\n  Guanxi is ready: http://{_shown(host)}:{port}", flush=True)
        print(f"  Logs: {DATA.relative_to(ROOT)}/*.log · Stop with Ctrl-C\n", flush=True)
        if not LOADED.exists():
            loader = subprocess.Popen([str(PYTHON), "manage.py", "demo"], cwd=ROOT, start_new_session=True)
            threading.Thread(target=_mark_loaded, args=(loader,), daemon=True).start()
        call([PYTHON, "manage.py", "demo_accounts"])
        supervisor.tend(children)
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)
    finally:
        if loader and loader.poll() is None:
            loader.terminate()
            loader.wait()
        supervisor.stop(children)
    return 0


def serve(host: str, port: int, workers: int) -> int:
    """Start the web server on the database that the environment names; returns when stopped."""
    _refuse_taken(host, port)
    set_up()
    os.environ["GUANXI_BIND"] = host
    run([PYTHON, "-m", "tools.prepare"])
    children = [Child("The web server", _web(host, port, workers), os.environ)]
    try:
        _start(children, host, port)
        print(f"Guanxi is ready: http://{_shown(host)}:{port}", flush=True)
        supervisor.tend(children)
    except KeyboardInterrupt:
        return 0
    finally:
        supervisor.stop(children)


def worker() -> int:
    """Run jobs on the database that the environment names; returns when stopped."""
    set_up()
    child = Child("The worker", [PYTHON, "manage.py", "worker"], os.environ)
    try:
        supervisor.tend([child])
    except KeyboardInterrupt:
        return 0
    finally:
        supervisor.stop([child])


def _web(host: str, port: int, workers: int) -> list[str | Path]:
    # Live streams stay open for ever: without a limit a stop would wait for them.
    return [
        PYTHON,
        "-m",
        "uvicorn",
        "guanxi.config.asgi:application",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--no-access-log",
        "--no-proxy-headers",  # which forwarded address counts is a setting of ours: GUANXI_PROXIES
        "--log-level",
        "warning",
        "--timeout-graceful-shutdown",
        "3",
    ]


def _start(children: list[Child], host: str, port: int) -> None:
    """Start the children and wait until the web server answers.

    :raises Failure: when it does not within READY_WITHIN seconds
    """
    deadline = time.monotonic() + READY_WITHIN
    while not _healthy(host, port):
        if time.monotonic() > deadline:
            raise Failure(f"The web server does not answer on port {port}; its log is the place to look.")
        for child in children:
            child.tend(time.monotonic())
        time.sleep(0.1)


def _healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failure(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Choose another:\n  python3 run.py --port {port + 1}"
            ) from error


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _site_url(host: str, port: int) -> str:
    """The demonstration's own address; on another than this machine's the one that the environment says, which must be https."""
    own = f"http://{_shown(host)}:{port}"
    return own if host in LOOPBACK else os.environ.get("GUANXI_SITE_URL", own)


def _shown(host: str) -> str:
    return "localhost" if _reachable(host) in LOOPBACK else host


def _fresh(log: Path) -> Path:
    log.unlink(missing_ok=True)
    return log


def _mark_loaded(loader: subprocess.Popen[bytes]) -> None:
    if loader.wait() == 0:
        LOADED.touch()
    else:
        print("The demonstration data is not complete; the next start begins anew.", flush=True)
