"""The metadata standard (数字化学习资源元数据标准): 18 fields as data, and one validator for every door."""

from lifelong.standards.metadata.context import Context, Media, Stage
from lifelong.standards.metadata.identity import digest, identity
from lifelong.standards.metadata.problem import Problem
from lifelong.standards.metadata.rules.people import Speaker, people
from lifelong.standards.metadata.rules.times import clock
from lifelong.standards.metadata.standard import Field, Standard, standard
from lifelong.standards.metadata.text import fold_file_name, split
from lifelong.standards.metadata.validator import Result, validate

__all__ = [
    "Context",
    "Field",
    "Media",
    "Problem",
    "Result",
    "Speaker",
    "Stage",
    "Standard",
    "clock",
    "digest",
    "fold_file_name",
    "identity",
    "people",
    "split",
    "standard",
    "validate",
]
