"""The command `lifelong`: Django's commands and the platform's own."""

import json
import os
import sys


def main() -> None:
    if sys.argv[1:2] == ["precheck"]:  # needs no database, no settings and no apps: it starts without them
        from lifelong.standards.management.precheck.command import main as precheck

        sys.exit(precheck(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifelong.config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as wrong:
        if sys.argv[1:2] != ["doctor"]:
            raise
        found = {"name": "settings", "title": "设置", "level": "bad", "words": str(wrong), "advice": ""}
        told = json.dumps({"ok": False, "findings": [found]}, ensure_ascii=False)
        print(told if "--json" in sys.argv else f"✗ 设置：{wrong}")
        sys.exit(1)


if __name__ == "__main__":
    main()
