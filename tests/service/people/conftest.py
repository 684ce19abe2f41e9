import pytest

from service.people_scim import Scim

from .fake_scim import TOKEN, FakeScim


@pytest.fixture
def server():
    made = FakeScim()
    yield made
    made.close()


@pytest.fixture
def scim(server):
    return Scim(server.url, TOKEN)
