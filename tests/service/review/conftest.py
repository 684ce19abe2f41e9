import pytest

from tests.service.requests.conftest import SetClock

from .desk import office as make_office


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def office(store, clock):
    return make_office(store, clock)
