"""Everyone who has a part in a case, as far as reviewers must stand apart from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from verifier.assessment import Assessment
from verifier.case import Account, Case


@dataclass(frozen=True, slots=True)
class Parties:
    """Ids and labels of those in a case. `askers`: the requester and whom the verifier found tied to them."""

    actor: str
    askers: frozenset[str]
    countries: frozenset[str]
    """Whose authority stands behind the request: of the party that it is made for, and of the law invoked."""
    party: str
    accounts: frozenset[str]
    """Everybody else: host, participants, reporters, authors of exhibits, the target."""
    asker_networks: frozenset[str]
    asker_devices: frozenset[str]
    devices: frozenset[str]
    meeting: str

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in asdict(self).items()}

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> Parties:
        """From JSON."""
        read: dict[str, Any] = {k: frozenset(v) if isinstance(v, list) else v for k, v in document.items()}
        return cls(**read)


def parties_of(case: Case, assessment: Assessment) -> Parties:
    """Who has a part in this case."""
    request = case.request
    asker, behalf, target = request.requester, request.requester.on_behalf_of, request.target
    complaining = [r.reporter for r in case.reports] + [e.author for e in request.evidence]
    there = [case.meeting.host_account, *(p.account for p in case.meeting.participants)]
    others = [account for account in [*complaining, *there] if account is not None]
    own = asker.account
    countries = {behalf.country if behalf.kind in ("government", "court") else None, request.legal_basis.country}
    return Parties(
        actor=asker.actor_id,
        askers=frozenset({asker.actor_id, *_ids([own]), *assessment.approvals.excluded}),
        countries=_known(countries),
        party=behalf.name or "",
        accounts=_known({*_ids(others), target.account_id}),
        asker_networks=_known(a.network_id for a in [own, *complaining] if a is not None),
        asker_devices=_known(a.device_id for a in [own, *complaining] if a is not None),
        devices=_known(a.device_id for a in others),
        meeting=case.meeting.meeting_id,
    )


def _ids(accounts: Iterable[Account | None]) -> set[str]:
    return {account.account_id for account in accounts if account is not None}


def _known(labels: Iterable[str | None]) -> frozenset[str]:
    return frozenset(label for label in labels if label)
