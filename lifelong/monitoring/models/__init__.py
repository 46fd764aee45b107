from lifelong.monitoring.models.intake import UsageJournal, UsageSalt
from lifelong.monitoring.models.usage import UsageDay, UsageEvent, UsageTotal

__all__ = ["UsageDay", "UsageEvent", "UsageJournal", "UsageSalt", "UsageTotal"]
