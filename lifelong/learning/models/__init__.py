"""What belongs to learners: study time, what they keep, what they say."""

from lifelong.learning.models.shelf import Favourite, Note, StudyList, StudyListItem
from lifelong.learning.models.study import Certificate, Progress, StudyDay, StudySession
from lifelong.learning.models.voices import Comment, CommentFlag, Rating

__all__ = [
    "Certificate", "Comment", "CommentFlag", "Favourite", "Note", "Progress", "Rating", "StudyDay", "StudyList",
    "StudyListItem", "StudySession",
]  # fmt: skip
