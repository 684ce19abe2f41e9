"""What tools that act use: a gate that lets an action run only with a permit that was redeemed for it."""

from service.client.gate import Gate, NotAuthorized

__all__ = ["Gate", "NotAuthorized"]
