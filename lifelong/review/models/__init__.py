"""What the review keeps: decisions, batches and their public notices, panels of experts and their scores."""

from lifelong.review.models.batches import Batch, BatchItem
from lifelong.review.models.decisions import Clearance, Decision, DoubleVerdict, Opening, Waiver
from lifelong.review.models.letters import ResultLetter
from lifelong.review.models.panels import (
    Assignment,
    ConflictDeclaration,
    ExpertProfile,
    Panel,
    PanelItem,
    ScoreSheet,
)
from lifelong.review.models.public_notices import Objection, PublicNotice
from lifelong.review.models.queueing import Hold, Phrase

__all__ = [
    "Assignment", "Batch", "BatchItem", "Clearance", "ConflictDeclaration", "Decision", "DoubleVerdict", "ExpertProfile",
    "Hold", "Objection", "Opening", "Panel", "PanelItem", "Phrase", "PublicNotice", "ResultLetter", "ScoreSheet", "Waiver",
]  # fmt: skip
