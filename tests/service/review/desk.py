"""A small platform with reviewers, and cases put before them."""

import itertools

from service.people import parse_people
from service.review.office import Office
from service.review.opening import opener
from service.review.rules import load_rules
from tests.service.requests.asking import answering, case_of, submission

PEOPLE = {
    "people": [
        {"id": "ana", "name": "Ana", "alias": "reviewer-1", "desk": "dublin", "languages": ["en", "es"]},
        {"id": "ben", "name": "Ben", "alias": "reviewer-2", "desk": "dublin", "roles": ["senior"]},
        {"id": "chi", "name": "Chi", "alias": "reviewer-3", "desk": "manila", "roles": ["reviewer"]},
        {"id": "dee", "name": "Dee", "alias": "reviewer-4", "roles": ["lead"]},
        {"id": "eli", "name": "Eli", "roles": ["reviewer"]},
        {"id": "aud", "name": "Aud", "roles": ["auditor"]},
        {"id": "boss", "name": "Boss", "roles": ["lead"]},
        {"id": "lia", "name": "Lia", "roles": ["senior"], "manager": "boss", "desk": "liaison",
         "accounts": ["liaison-1", "asker"]},
        {"id": "junior", "name": "Junior", "manager": "lia"},
        {"id": "mate", "name": "Mate", "desk": "Liaison "},
    ]
}  # fmt: skip
INDEPENDENT = ("ana", "ben", "chi", "dee", "eli")
TIED = ("lia", "boss", "junior", "mate")
_numbers = itertools.count()


def office(store, clock, **changed):
    given = {"people": parse_people(PEOPLE), "rules": load_rules(), **changed}
    return Office(store=store, clock=clock, **given)


def put(store, clock, disposition="review", number="03", **request):
    """A request before people; its review's id. The requester is `asker`, who is Lia."""
    from sqlalchemy import select

    from service.requests.book import Book
    from service.review.tables import Review

    rid = request.pop("request_id", f"R-{next(_numbers)}")
    case = case_of(number, request_id=rid, **request)
    asker = case.request.requester.model_copy(update={"actor_id": "asker"})
    case = case.model_copy(update={"request": case.request.model_copy(update={"requester": asker})})
    rules = load_rules()
    Book(store, clock, on_review=[opener(rules)]).submit(submission(case), answering(disposition))
    with store.reading() as session:
        return session.scalars(select(Review.review_id).where(Review.request_id == rid)).one()


def saying(case, outcome="deny", **changed):
    from service.review.deciding import Answer

    supported = outcome == "approve"
    given = {
        "outcome": outcome,
        "verdicts": {c.claim_id: "supported" if supported else "refuted" for c in case.request.claims},
        "pretextual": False,
        "cites": (f"{case.request.claims[0].claim_id}/by_target",),
        "reason": "The record covers the whole time and shows nothing of the kind.",
        "confirm": case.request.action if supported else "",
        **changed,
    }
    return Answer(**given)
