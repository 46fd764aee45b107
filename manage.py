#!/usr/bin/env python3
"""Django's own entry; `lifelong` is the same with the platform's commands."""

from lifelong.config.command import main

if __name__ == "__main__":
    main()
