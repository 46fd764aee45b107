"""What `./run` does once everything is installed: database, demonstration world, serve."""

import os
import subprocess
import sys


def print_links() -> None:
    """One signed sign-in link for each role; they work once the platform is ready, on this machine only."""
    from lifelong.demo.links import link, roles

    print("\n演示登录链接（平台启动后在本机浏览器打开） Sign-in links of the demonstration:")
    for role, email in roles().items():
        print(f"  {role}\t{link(email)}")
    print(flush=True)


def make_world() -> None:
    """By a process of its own, so that the server does not keep what making films takes."""
    from lifelong.demo.world import finished

    if not finished().exists():
        done = subprocess.run([sys.executable, "-m", "lifelong.config.command", "demo"], check=False)
        if done.returncode:
            sys.exit(done.returncode)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if settings.DEMO:
        make_world()
        print_links()
    else:
        call_command("setup_link")
    from django.db import connections

    connections.close_all()
    call_command("serve")


if __name__ == "__main__":
    main()
