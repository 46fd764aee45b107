"""Prints the single-use set-up link of an empty platform; says nothing once it is set up."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from lifelong.accounts.actions import make_setup_link


class Command(BaseCommand):
    help = "打印空平台的首次设置链接（只能使用一次；重新打印会使旧链接失效）"

    def handle(self, *args: object, **options: object) -> None:
        if url := make_setup_link(at=timezone.now()):
            self.stdout.write(f"首次设置链接 · set-up link: {url}")
