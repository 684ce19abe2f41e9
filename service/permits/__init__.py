"""Permits: the only thing that lets an action run. Signed, bound to one action on one target, used once."""
