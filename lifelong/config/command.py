"""The command `lifelong`: Django's commands and the platform's own."""

import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["precheck"]:  # needs no database, no settings and no apps: it starts without them
        from lifelong.standards.management.precheck.command import main as precheck

        sys.exit(precheck(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
