"""Watch a model with signed releases of features of concern."""

from .armed import Armed, Hit
from .client import MonitorClient, Options, fetch_trust
from .session import Session, watch
from .trust import Refusal, TrustDocument

__all__ = [
    "Armed",
    "Hit",
    "MonitorClient",
    "Options",
    "Refusal",
    "Session",
    "TrustDocument",
    "fetch_trust",
    "watch",
]
