"""Reads of the customers module. Every function takes the actor first and goes through the read gate."""

from guanxi.modules.customers.selectors.groups import (
    GroupNode,
    GroupOverview,
    Member,
    group_overview,
    members,
    members_count,
    rollup,
    subtree,
)
from guanxi.modules.customers.selectors.measures import latest_measure, latest_measures
from guanxi.modules.customers.selectors.people import (
    ChainNode,
    Relation,
    RelationGraph,
    decision_chain,
    has_position,
    relation_graph,
)
from guanxi.modules.customers.selectors.special_days import Occurrence, Occurrences, anniversaries
from guanxi.modules.customers.selectors.teams import team_holders, teams_of

__all__ = [
    "ChainNode", "GroupNode", "GroupOverview", "Member", "Occurrence", "Occurrences", "Relation", "RelationGraph", "anniversaries",
    "decision_chain", "group_overview", "has_position", "latest_measure", "latest_measures", "members", "members_count", "relation_graph",
    "rollup", "subtree", "team_holders", "teams_of",
]  # fmt: skip
