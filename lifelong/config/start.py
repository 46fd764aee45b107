"""What `./run` does once everything is installed: database, demonstration world, serve."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if settings.DEMO:
        call_command("demo")
    else:
        call_command("setup_link")
    from django.db import connections

    connections.close_all()
    os.execv(
        sys.executable,
        [sys.executable, "-m", "lifelong.config.command", "serve", "--port", os.environ.get("PORT", "8000")],
    )


if __name__ == "__main__":
    main()
