"""The last answers of a process, the oldest let go first."""

from collections import OrderedDict
from threading import Lock
from typing import Any


class Kept:
    """At most ``most`` rows; keys name the view they were made from, so that nothing outlives its index."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.lock = Lock()
        self.rows: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any:
        with self.lock:
            if key in self.rows:
                self.rows.move_to_end(key)
                return self.rows[key]
        return None

    def put(self, key: Any, value: Any) -> None:
        with self.lock:
            self.rows[key] = value
            while len(self.rows) > self.most:
                self.rows.popitem(last=False)
