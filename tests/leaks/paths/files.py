"""Import: a file that names a record by its key changes it."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from guanxi.platform.entities.options import EntityKind
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.plan import importable
from guanxi.platform.jobs.testing import run_queued_jobs
from tests.contract.factories import MAKER
from tests.leaks.canaries import Canary, new_word
from tests.leaks.doors import Page
from tests.leaks.paths.records import editable
from tests.leaks.registry import path


def by_code(canary: Canary) -> list[str]:
    """A field that a file can change in a record it names by its code."""
    if canary.entity.kind is not EntityKind.RECORD or not canary.record.code:
        return []
    fields = importable(canary.entity, MAKER)
    return [key for key in editable(canary) if key in fields and "code" in fields]


@path("import", writes=True, sets=True, traces=True, dear=True, needs="import", variants=by_code, common=True)
def import_(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """All steps: upload, columns, check, run. Its jobs have the rights of whoever brought the file, or of whom they stand in for."""
    content = f"Code,Word\n{canary.record.code},{new_word()}\n".encode()
    last = Import.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    text = caller.post(canary.entity, "import", sent={"file": SimpleUploadedFile("words.csv", content)})
    chosen = Import.objects.filter(pk__gt=last).first()
    if chosen is None:
        return text
    run_queued_jobs()
    columns = {"column-0": "code", "column-1": variant, "key": "code", "existing": "update"}
    texts = [text, caller.post(canary.entity, "import_columns", chosen.pk, sent=columns)]
    run_queued_jobs()
    texts += [
        caller.get(canary.entity, "import_check", chosen.pk),
        caller.post(canary.entity, "import_check", chosen.pk),
    ]
    run_queued_jobs()
    texts.append(caller.get(canary.entity, "import_step", chosen.pk))
    return "\n".join(texts)
