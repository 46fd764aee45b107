from lifelong.monitoring.models.intake import UsageJournal, UsageSalt
from lifelong.monitoring.models.usage import (
    UsageCurve,
    UsageDay,
    UsageEvent,
    UsageLearner,
    UsagePeriod,
    UsageRun,
    UsageTotal,
)

__all__ = [
    "UsageCurve",
    "UsageDay",
    "UsageEvent",
    "UsageJournal",
    "UsageLearner",
    "UsagePeriod",
    "UsageRun",
    "UsageSalt",
    "UsageTotal",
]
