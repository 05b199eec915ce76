"""The index in the background: catching up after much was written, building kinds anew."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events import followers
from guanxi.platform.jobs import selectors as jobs
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.search import documents, file_texts, services, store
from guanxi.platform.search.models import FileText, SearchKind
from guanxi.platform.search.options import searched
from guanxi.platform.search.receivers import NAME
from guanxi.platform.search.services import BUILD
from guanxi.platform.search.tokens import VERSION

CATCH_UP = "search.catch_up"
READ_FILES = "search.read_files"
#: So many events behind, a job helps the tick.
FAR_BEHIND = 2_000
#: Records at a time, beside people on one SQLite file and else.
BESIDE, ALONE = 200, 1_000


@periodic(every=timedelta(seconds=5), name="search.watch")
def watch() -> None:
    """Start what is needed, unless it is under way."""
    if followers.lags().get(NAME, 0) > FAR_BEHIND:
        start(CATCH_UP)
    if services.outdated():
        start(BUILD)
    if file_texts.waiting().exists():
        start(READ_FILES)


def start(kind: str, *, anew: bool = False, owner_id: int | None = None) -> None:
    """Start one of the jobs; ``anew`` builds every kind, whether it needs to be or not."""
    if anew:
        SearchKind.objects.update(signature="")
    if not jobs.unfinished().filter(kind=kind).exists():
        enqueue(kind, {}, owner_id=owner_id, label=_("Search index"))


@job(CATCH_UP, label=_("Search index"))
def catch_up(context: JobContext) -> None:
    """Follow the memory until little is left. The cursor is the follower's own: it may begin again at any time."""
    left = followers.lags()[NAME]
    context.stage("catch_up", gettext_noop("Indexing new and changed records"), total=left)
    done = 0
    while done < left and not context.cancelled():
        read = followers.advance(NAME)
        if not read:
            return  # the tick has read the rest
        done += read
        context.progress(done=done)
        context.pause()


@job(BUILD, label=_("Search index"))
def build(context: JobContext) -> None:
    """Build the kinds that are not in the index as they are declared. Chunk and cursor commit together; what is written
    meanwhile comes by its events."""
    wanted = [key for key in services.outdated()]
    context.stage("build", gettext_noop("Indexing records"), total=sum(_count(registry.find(key)) for key in wanted))
    if context.cursor is None and not SearchKind.objects.exclude(signature="").exists():
        followers.skip(NAME)  # the first time: all that was told so far is read from the records
    place = context.cursor or ["", 0]
    if place[0]:
        wanted = [place[0], *(key for key in wanted if key != place[0])]
    done = context.counters.get("written", 0)
    for key in wanted:
        done = _build_kind(context, key, place[1] if key == place[0] else 0, done)
        if context.cancelled():
            return


@job(READ_FILES, label=_("Search index"))
def read_files(context: JobContext) -> None:
    """The texts of files that nobody has read yet, one after the other. What is read is waiting no more, so that no cursor
    is needed; reading a file again does no harm."""
    context.stage("files", gettext_noop("Reading files"), total=file_texts.waiting().count())
    done = 0
    while not context.cancelled():
        one = file_texts.waiting().select_related("file").first()
        if one is None:
            return
        tokens = file_texts.read(one)
        with transaction.atomic():
            FileText.objects.filter(pk=one.pk).update(tokens=tokens, version=VERSION)
            for entity, ids in file_texts.naming([one.file_id]) if tokens != one.tokens else ():
                services.index(entity, ids)
            done += 1
            context.checkpoint(done=done, counters={"written": 1})
        context.pause()


def _count(entity: Entity | None) -> int:
    return entity.source.rows().count() if entity is not None and searched(entity) else 0


def _build_kind(context: JobContext, key: str, after: int, done: int) -> int:
    """One kind from a record on; gives how many records were indexed so far in all."""
    entity = registry.find(key)
    if entity is None or not searched(entity):
        _drop(key)
        return done
    number, made_as = documents.number_of(entity), services.signature(entity)
    while not context.cancelled():
        size = BESIDE if context.shared() else ALONE
        with transaction.atomic():
            last, written = services.build(entity, number, after, size)
            if written < size:
                SearchKind.objects.filter(pk=number).update(signature=made_as)
            done += written
            context.checkpoint([key, last], done=done, counters={"written": written})
        after = last
        if written < size:
            break
        context.pause()
    return done


def _drop(key: str) -> None:
    """A kind that is searched no more."""
    with transaction.atomic():
        for number in SearchKind.objects.filter(entity=key).values_list("pk", flat=True):
            store.remove_kind(number)
        SearchKind.objects.filter(entity=key).delete()
