"""What reviewers, officers and experts type."""

from lifelong.review.forms.deciding import REASON_ROWS, BatchForm, DecisionForm, ManyForm, ReleaseForm
from lifelong.review.forms.panels import ExpertForm, PlanForm, ScopeForm
from lifelong.review.forms.public_notices import AnswerForm, NoticeForm, ObjectionForm

__all__ = [
    "REASON_ROWS", "AnswerForm", "BatchForm", "DecisionForm", "ExpertForm", "ManyForm", "NoticeForm", "ObjectionForm",
    "PlanForm", "ReleaseForm", "ScopeForm",
]  # fmt: skip
