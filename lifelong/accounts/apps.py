from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lifelong.accounts"
    verbose_name = "用户"
