"""The only list of installed modules, lowest floor first."""

PLATFORM = [
    "guanxi.platform.events",
    "guanxi.platform.bulk",
    "guanxi.platform.jobs",
    "guanxi.platform.files",
    "guanxi.platform.refdata",
    "guanxi.platform.feel",
    "guanxi.platform.outbound",
    "guanxi.platform.access",
    "guanxi.platform.entities",
    "guanxi.platform.commands",
    "guanxi.platform.directory",
    "guanxi.platform.signin",
    "guanxi.platform.audit",
    "guanxi.platform.keyring",
    "guanxi.platform.sharing",
    "guanxi.platform.exchange",
    "guanxi.platform.messages",
    "guanxi.platform.calendar",
    "guanxi.platform.keeping",
    "guanxi.platform.search",
    "guanxi.platform.privacy",
    "guanxi.platform.customizing",
    "guanxi.platform.duplicates",
    "guanxi.platform.documents",
    "guanxi.platform.records",
    "guanxi.platform.decisions",
    "guanxi.platform.reports",
    "guanxi.platform.api",
    "guanxi.platform.ui",
]

MODULES = [
    "guanxi.modules.customers",
    "guanxi.modules.dossier",
    "guanxi.modules.pools",
]

PACKS: list[str] = []
