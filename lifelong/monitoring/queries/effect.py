"""Effect of one resource: what its learners rated, completed, left and said. Figures of few people are not told in per cent."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Count
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.catalogue.models import Entry
from lifelong.catalogue.search.text import fold, is_chinese
from lifelong.learning.lifecycle import CommentState
from lifelong.learning.models import Comment, Progress, Rating
from lifelong.monitoring.evaluating import effect
from lifelong.monitoring.queries.evaluation_facts import NOT_THEIR_OWN, learners
from lifelong.resources.queries.reach import reach_of

LEARNERS_MOST = 2_000  # whose unions a curve is made of: the newest
COMMENTS_MOST = 1_000
BINS = 40
EMPTY_WORDS = frozenset((Path(__file__).parent / "empty_words.txt").read_text("utf-8").split())


@dataclass(frozen=True)
class Curve:
    """``bins``: how many of ``learners`` saw each stretch of the file; shares of 100, empty where they are too few."""

    learners: int
    length_s: float
    bins: list[int]

    @property
    def shares(self) -> list[float]:
        return [] if self.learners < effect.SMALL else [round(100 * n / self.learners, 1) for n in self.bins]


@dataclass(frozen=True)
class Effect:
    stars: list[tuple[int, int]]  # five first
    ratings: int
    positive: int
    mean: float | None
    bound: float | None
    cohorts: list[effect.Cohort]
    began: int
    completed: int
    curve: Curve | None
    themes: list[tuple[str, int]]
    comments: int


def entry_seen_by(user: User, identifier: str) -> Entry | None:
    """Operator and ministry every resource, a province its region's, an institution its own."""
    entry = Entry.objects.shown_or_not().select_related("resource__institution").filter(identifier=identifier).first()
    if entry is None:
        return None
    reach, institution = reach_of(user), entry.resource.institution
    in_region = user.has_right("monitoring.read") and institution.region_id in reach.regions
    seen = reach.operates or reach.decides_finally or in_region or institution.pk in reach.own
    return entry if seen else None


def effect_of(entry: Entry, *, file: int = 1) -> Effect:
    """Six queries."""
    key, files = entry.resource_id, max(1, len(entry.files))
    rows = Rating.objects.filter(NOT_THEIR_OWN, resource=key).order_by().values_list("stars").annotate(n=Count("pk"))
    stars = Counter(dict(rows))
    ratings, positive = stars.total(), sum(n for star, n in stars.items() if star >= effect.POSITIVE_STARS)
    enough = ratings >= effect.SMALL
    people = [(first, last is not None) for _key, first, last in learners([key], {key: files})]
    shown = Comment.objects.filter(resource=key, state=CommentState.SHOWN).order_by("-created_at")
    texts = list(shown.values_list("text", flat=True)[:COMMENTS_MOST])
    return Effect(
        stars=[(star, stars[star]) for star in range(5, 0, -1)], ratings=ratings, positive=positive,
        mean=sum(star * n for star, n in stars.items()) / ratings if enough else None,
        bound=effect.wilson(positive, ratings) if enough else None,
        cohorts=effect.cohorts((f"{timezone.localtime(first):%Y-%m}", done) for first, done in people),
        began=len(people), completed=sum(done for _first, done in people), curve=_curve(key, file),
        themes=effect.themes(words(text) for text in texts), comments=len(texts),
    )  # fmt: skip


def _curve(resource: int, file: int) -> Curve | None:
    rows = Progress.objects.filter(NOT_THEIR_OWN, resource=resource, file=file, length_s__gt=0, seen_s__gt=0).order_by(
        "-changed_at"
    )
    found = list(rows.values_list("seen", "length_s")[:LEARNERS_MOST])
    if not found:
        return None
    return Curve(len(found), found[0][1], effect.retention(found, BINS))


def words(text: str) -> list[str]:
    """Chinese words of two characters and more that say something."""
    import rjieba

    cut = rjieba.cut(re.sub(r"\s+", "", fold(text)))
    return [word for word in cut if len(word) > 1 and is_chinese(word) and word not in EMPTY_WORDS]
