"""What the review keeps: decisions, batches, panels of experts and their scores."""

from lifelong.review.models.batches import Batch, BatchItem
from lifelong.review.models.decisions import Clearance, Decision, Opening, Waiver
from lifelong.review.models.panels import (
    Assignment,
    ConflictDeclaration,
    ExpertProfile,
    Panel,
    PanelItem,
    ScoreSheet,
)

__all__ = [
    "Assignment", "Batch", "BatchItem", "Clearance", "ConflictDeclaration", "Decision", "ExpertProfile", "Opening",
    "Panel", "PanelItem", "ScoreSheet", "Waiver",
]  # fmt: skip
