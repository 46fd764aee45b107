"""监测评价: after publication. How each resource runs (``inspection``), is used (``usage``), and what it does for learners (``evaluation``)."""
