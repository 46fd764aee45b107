from lifelong.catalogue.tests.conftest import feed
from lifelong.learning.tests.conftest import entry, final, folders, learner, library, now, operator, other, stranger

__all__ = ["entry", "feed", "final", "folders", "learner", "library", "now", "operator", "other", "stranger"]
