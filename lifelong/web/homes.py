"""Where a person belongs: who works here at the desk, a learner with what they learn."""

from typing import Any

from django.urls import Resolver404, resolve, reverse

LEARNING = "/learning/"


def home_of(user: Any) -> str:
    return reverse("desk") if user.has_right("desk") else home_of_learners()


def home_of_learners() -> str:
    """The front page where no chapter serves a learner's own."""
    try:
        resolve(LEARNING)
    except Resolver404:
        return "/"
    return LEARNING
