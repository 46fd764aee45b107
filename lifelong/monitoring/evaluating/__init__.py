"""How a resource is judged, as data and pure functions: schemes, indicators, reckoning, effect. Touches no database."""
