"""Whether a program asks: by the public COUNTER list, and whoever does not say what it is."""

from functools import lru_cache

from counter_robots import is_robot_or_machine


@lru_cache(maxsize=4096)
def is_robot(agent: str) -> bool:
    return not agent.strip() or is_robot_or_machine(agent)
