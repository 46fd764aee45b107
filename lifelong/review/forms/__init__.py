"""What reviewers, officers and experts type."""

from lifelong.review.forms.deciding import PHRASES, REASON_ROWS, BatchForm, DecisionForm, ManyForm, ReleaseForm
from lifelong.review.forms.panels import ExpertForm, PlanForm, ScopeForm

__all__ = [
    "PHRASES", "REASON_ROWS", "BatchForm", "DecisionForm", "ExpertForm", "ManyForm", "PlanForm", "ReleaseForm", "ScopeForm",
]  # fmt: skip
