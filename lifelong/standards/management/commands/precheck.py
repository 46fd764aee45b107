"""``manage.py precheck``: the same command as ``lifelong precheck``, which starts quicker (see ``lifelong.config.command``)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lifelong.standards.management.precheck import command


class Command(BaseCommand):
    help = command.ABOUT
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        code = command.unheard(lambda: command.run(command.Wishes.from_options(options)))
        if code:
            sys.exit(code)
