"""One rule per field: value in, normalised value out, problems on the check. In the order they depend on each other."""

from collections.abc import Callable
from typing import Any

from lifelong.standards.metadata.check import Check
from lifelong.standards.metadata.rules import counts, kinds, links, names, papers, people, times, words

Rule = Callable[[Check, Any], Any]

RULES: tuple[tuple[str, Rule], ...] = (
    ("resource_id", papers.resource_id),
    ("title", names.title),
    ("type", kinds.type_),
    ("area", kinds.area),
    ("category", kinds.category),
    ("link", links.link),
    ("host_platform", names.host_platform),
    ("series", names.series),
    ("series_order", names.series_order),
    ("summary", words.summary),
    ("duration", times.duration),
    ("created_date", times.created_date),
    ("rights_holder", names.rights_holder),
    ("speakers", people.speakers),
    ("declared_views", counts.declared_views),
    ("declared_learners", counts.declared_learners),
    ("cover", papers.cover),
    ("outline", words.outline),
    ("keywords", words.keywords),
    ("own_number", names.own_number),
    ("files", papers.files),
    ("rights_file", papers.rights_file),
    ("rights_until", times.rights_until),
)
