from lifelong.monitoring.models.usage import UsageDay, UsageEvent, UsageTotal

__all__ = ["UsageDay", "UsageEvent", "UsageTotal"]
