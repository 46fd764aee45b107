"""What belongs to learners: study time, what they keep, what they say."""

from lifelong.learning.models.launches import SchoolLearner, SchoolScore
from lifelong.learning.models.shelf import Favourite, Note, StudyList, StudyListItem
from lifelong.learning.models.statements import DeliveryState, StatementConsent, StatementDelivery, StatementStore
from lifelong.learning.models.study import Certificate, Progress, StudyDay, StudySession
from lifelong.learning.models.voices import Comment, CommentFlag, Rating

__all__ = [
    "Certificate", "Comment", "CommentFlag", "DeliveryState", "Favourite", "Note", "Progress", "Rating", "SchoolLearner",
    "SchoolScore", "StatementConsent", "StatementDelivery", "StatementStore", "StudyDay", "StudyList", "StudyListItem",
    "StudySession",
]  # fmt: skip
