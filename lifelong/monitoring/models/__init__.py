from lifelong.monitoring.models.inspection import (
    HostPace,
    InspectionBrake,
    InspectionDay,
    InspectionFinding,
    InspectionLimit,
    InspectionLook,
    InspectionPlan,
    InspectionTarget,
    TroubleRule,
)
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
    "HostPace",
    "InspectionBrake",
    "InspectionDay",
    "InspectionFinding",
    "InspectionLimit",
    "InspectionLook",
    "InspectionPlan",
    "InspectionTarget",
    "TroubleRule",
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
