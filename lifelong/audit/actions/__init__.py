"""What happens to the trail: ``recording`` adds, ``sealing`` chains, ``purging`` removes what is old enough."""

from lifelong.audit.actions.recording import record

__all__ = ["record"]
