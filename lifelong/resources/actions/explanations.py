"""The reporter's one sentence beside a fail, which then goes along to the reviewers."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.resources import policy
from lifelong.resources.actions.drafts import NotEditable, lock
from lifelong.resources.models import Finding, Version

LONGEST = 500


@transaction.atomic
def explain(version: Version, *, sentences: Mapping[int, str], by: User, at: datetime) -> list[Finding]:
    """``sentences`` by finding; an empty one takes the explanation away. Findings of rounds are never touched."""
    locked = lock(version)
    if not policy.can_edit(by, locked):
        raise NotEditable(_("《%(title)s》现在不能修改。") % {"title": locked.title})
    changed = []
    for finding in locked.findings.filter(round__isnull=True, pk__in=sentences):
        text = " ".join(sentences[finding.pk].split())[:LONGEST]
        if text != finding.explanation:
            finding.explanation = text
            finding.save(update_fields=["explanation"])
            changed.append(finding)
    if changed:
        audit.record("resources.explained", by=by, of=locked, at=at, detail={"rules": [f.rule for f in changed]})
    return changed
