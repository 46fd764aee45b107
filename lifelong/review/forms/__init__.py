"""What reviewers, officers and experts type."""

from lifelong.review.forms.deciding import REASON_ROWS, BatchForm, DecisionForm, ManyForm, ReleaseForm
from lifelong.review.forms.panels import ExpertForm, PlanForm, ScopeForm

__all__ = [
    "REASON_ROWS", "BatchForm", "DecisionForm", "ExpertForm", "ManyForm", "PlanForm", "ReleaseForm", "ScopeForm",
]  # fmt: skip
