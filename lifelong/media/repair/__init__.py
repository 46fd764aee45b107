"""A file made into one that keeps the standard, where nothing has to be invented for it.

``recipe`` says what is to be done and lies in the database; ``coding`` does it, in the cage, from the open original to a new file.
"""

from lifelong.media.repair.making import CannotRepair, follow, program
from lifelong.media.repair.recipe import Picture, Recipe, Tone

__all__ = ["CannotRepair", "Picture", "Recipe", "Tone", "follow", "program"]
