from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lifelong.audit"
    verbose_name = "审计"
