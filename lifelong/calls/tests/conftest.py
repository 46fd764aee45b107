from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    """Papers go where the test ends, never into the data folder."""
    settings.FILES = tmp_path / "files"
