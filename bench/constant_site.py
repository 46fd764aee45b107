"""Settings of the platform with one page more, which says the same always: the floor for every page."""

from lifelong.config.settings import *  # noqa: F403

ROOT_URLCONF = "constant_urls"
