"""Who is one and the same: accounts that share a network or a device collapse into one cluster."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from verifier.case import Account


class Clusters:
    """Disjoint sets of things that were linked (union-find); order of linking changes nothing."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def find(self, item: Hashable) -> Hashable:
        """The representative of the item's cluster (equal for two items exactly when they are linked)."""
        self._parent.setdefault(item, item)
        root = item
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[item] != root:
            self._parent[item], item = root, self._parent[item]
        return root

    def link(self, a: Hashable, b: Hashable) -> None:
        """Put two items into one cluster."""
        self._parent[self.find(a)] = self.find(b)

    def count(self, items: Iterable[Hashable]) -> int:
        """How many different clusters the items are in."""
        return len({self.find(item) for item in items})


def same_place(a: Account | None, b: Account | None) -> bool:
    """Whether two accounts share a network or a device. An empty label is no label."""
    if same_device(a, b):
        return True
    return a is not None and b is not None and bool(a.network_id) and a.network_id == b.network_id


def same_device(a: Account | None, b: Account | None) -> bool:
    """Whether two accounts share a device."""
    return a is not None and b is not None and bool(a.device_id) and a.device_id == b.device_id


def link_places(clusters: Clusters, who: Hashable, account: Account | None) -> None:
    """Link somebody to the account, network and device they use."""
    clusters.find(who)
    if account is None:
        return
    clusters.link(who, ("account", account.account_id))
    if account.network_id:
        clusters.link(who, ("network", account.network_id))
    if account.device_id:
        clusters.link(who, ("device", account.device_id))
