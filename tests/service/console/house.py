"""A service with people who may decide, for tests of its pages and of `/v1/reviews`."""

import json

import yaml

from service.keys.book import Grant
from service.settings import Settings
from tests.service.fakes import FakeVerifier, case_file
from tests.service.review.desk import PEOPLE

PASSWORD = "correct horse battery"


def settings(tmp_path):
    people = tmp_path / "people.yaml"
    people.write_text(yaml.safe_dump(PEOPLE), "utf-8")
    return Settings(people=people, database=f"sqlite:///{tmp_path / 'store.db'}", permit_keys=tmp_path / "keys.json")


def document(number="03", **request):
    case = json.loads(case_file(number).read_text("utf-8"))["case"]
    case["request"].update(request)
    case["request"]["requester"]["actor_id"] = "asker"
    return case


def verifier(disposition="review"):
    return FakeVerifier(disposition)


def keys_for(house, *people):
    """A key for each person; `submit` is the platform's own."""
    made = {p: house.keys.create(Grant(f"{p}-key", ("reviews:decide",), p), by="test").secret for p in people}
    scopes = ("requests:submit", "telemetry:write")
    made["submit"] = house.keys.create(Grant("platform", scopes), by="test").secret
    return {name: {"Authorization": f"Bearer {secret}"} for name, secret in made.items()}
