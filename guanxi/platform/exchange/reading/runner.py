"""Runs a reader in a process of its own, bounded in memory, processor time and wall time, and watches it."""

from __future__ import annotations

import contextlib
import glob
import json
import logging
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from .model import MEGABYTE, FileKind, Limits, ReadOptions, SpoolInfo, as_dict
from .refusals import Cancelled, Refusal
from .sniffing import sniff
from .store import Spool

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
STDERR_TAIL = 2_000
UNFINISHED = ".part-"
PACKAGE_ROOT = Path(__file__).resolve().parents[4]


def spool(
    path: Path,
    filename: str,
    target_dir: Path,
    *,
    limits: Limits | None = None,
    options: ReadOptions | None = None,
    on_progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SpoolInfo:
    """Turn the file at `path` into a spool in `target_dir` (made, or replaced).

    `filename` is what the user called it; it is only quoted, never opened. `on_progress` gets the rows so far, about
    five times a second; `cancelled` is asked ten times a second. `target_dir` appears only when the spool is complete.

    Raises Refusal (see `sniff`, and: doctype, too_many_rows, spool_too_big, out_of_memory, out_of_time, no_rows,
    open_quote, unknown_encoding, unknown_delimiter, reader_failed) and Cancelled.
    """
    limits, options = limits or Limits(), options or ReadOptions()
    kind = sniff(path, filename, limits)
    if kind in (FileKind.TEXT, FileKind.VCARD):
        limits = _limits_for_text(limits, path.stat().st_size)
    folder = _fresh_folder(target_dir)
    job = {
        "path": str(path.resolve()),
        "kind": kind.value,
        "filename": filename,
        "folder": str(folder.resolve()),
        "limits": as_dict(limits),
        "options": as_dict(options),
    }
    try:
        _run(job, limits, on_progress or (lambda _rows: None), cancelled or (lambda: False))
        shutil.rmtree(target_dir, ignore_errors=True)
        folder.rename(target_dir)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Spool(target_dir).info


def _fresh_folder(target_dir: Path) -> Path:
    """A new folder beside `target_dir`, those of killed workers swept away.

    A reader whose worker was killed may still be writing for a moment; it must never meet the files of its successor.
    """
    shutil.rmtree(target_dir, ignore_errors=True)
    target_dir.parent.mkdir(parents=True, exist_ok=True)
    for left in target_dir.parent.glob(f"{glob.escape(target_dir.name)}{UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=target_dir.name + UNFINISHED, dir=target_dir.parent))


def _limits_for_text(limits: Limits, size: int) -> Limits:
    """Text is bounded by its size alone: time and spool grow with it, memory does not."""
    seconds = limits.seconds_for_text(size)
    return replace(
        limits,
        cpu_seconds=seconds,
        wall_seconds=limits.wall_seconds + 2 * (seconds - limits.cpu_seconds),
        spool_bytes=max(limits.spool_bytes, 4 * size),
    )


def _run(
    job: dict[str, Any], limits: Limits, on_progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> None:
    """Start the reader, follow it to its end, and translate how it ended. Always leaves no process behind."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module, no argument from outside
            [sys.executable, "-m", __package__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=PACKAGE_ROOT,
            # Nothing of our own environment: a reader that is taken over finds no password to take along.
            env={"PYTHONPATH": str(PACKAGE_ROOT), "LANG": "C.UTF-8", "PATH": os.defpath},
            start_new_session=True,
        )
        try:
            answer = _follow(process, job, limits, on_progress, cancelled)
        finally:
            _end(process)
        if answer.get("done"):
            return
        if "refused" in answer:
            raise Refusal(answer["refused"], **answer["params"])
        raise _explain(process.returncode, limits, _tail(errors))


def _follow(
    process: subprocess.Popen[bytes],
    job: dict[str, Any],
    limits: Limits,
    on_progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """The last message of the reader; {} when it ended without one."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the reader was started without pipes")
    try:
        with process.stdin as stdin:
            stdin.write(json.dumps(job).encode())
    except BrokenPipeError:
        return {}
    deadline = time.monotonic() + limits.wall_seconds
    answer: dict[str, Any] = {}
    pending = b""
    os.set_blocking(process.stdout.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if cancelled():
                raise Cancelled
            if time.monotonic() > deadline:
                raise Refusal("out_of_time", limit=limits.wall_seconds)
            if not selector.select(POLL_SECONDS):
                continue
            data = os.read(process.stdout.fileno(), 65_536)
            if not data:
                process.wait()
                return answer
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                answer = json.loads(line)
                if "rows" in answer:
                    on_progress(answer["rows"])


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - STDERR_TAIL))
    return errors.read().decode("utf-8", "replace")


def _explain(returncode: int, limits: Limits, stderr: str) -> Refusal:
    """Why the reader ended without an answer."""
    if returncode == -signal.SIGXCPU:
        return Refusal("out_of_time", limit=limits.cpu_seconds)
    if -returncode in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT) or "MemoryError" in stderr:
        # Compiled parts do not survive a refused allocation.
        return Refusal("out_of_memory", limit=limits.memory_bytes // MEGABYTE)
    logger.error("reader ended with code %s: %s", returncode, stderr)
    return Refusal("reader_failed")
