"""No message goes inwards, by whatever name."""

import asyncio
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.webhooks import courier
from service.webhooks.addresses import ForbiddenAddress, is_public, public_address
from service.webhooks.endpoints import InvalidWebhooks, read_endpoints

from .conftest import SECRET, START, endpoint, here


def send_message(*message):
    return asyncio.run(courier.send_message(*message))


INWARDS = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INWARDS)
def test_addresses_that_lead_inwards(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_no_more_public_in_the_clothes_of_ipv6(address):
    nat64 = f"64:ff9b::{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"
    assert is_public(f"::ffff:{address}") == is_public(str(address)) == is_public(nat64)


def resolving(monkeypatch, *addresses):
    asked = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], []])
def test_a_name_with_one_address_inwards_is_refused(monkeypatch, addresses):
    resolving(monkeypatch, *addresses)
    with pytest.raises(ForbiddenAddress):
        public_address("receiver.example", 443)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "0"])
def test_other_spellings_of_this_machine_are_refused(host):
    told = send_message(endpoint(f"https://{host}:9/"), "m", b"{}", START)
    assert told is not None
    assert "not a public address" in told or "can't be resolved" in told or told == "InvalidURL"


def test_the_address_that_was_checked_is_the_one_that_is_used(monkeypatch, receiver):
    """A second look-up would find another answer; there is none."""
    asked = resolving(monkeypatch, "127.0.0.1")
    to = endpoint(f"http://receiver.example:{receiver.port}/hook", allow_private=True)
    assert send_message(to, "m", b"{}", START) is None
    assert asked == ["receiver.example"]
    assert receiver.messages[0].headers["Host"] == f"receiver.example:{receiver.port}"


def test_nothing_is_sent_where_it_may_not_go(monkeypatch, receiver):
    resolving(monkeypatch, "127.0.0.1")
    to = endpoint(f"https://receiver.example:{receiver.port}/hook")
    assert "not a public address" in send_message(to, "m", b"{}", START)
    assert receiver.messages == []


def test_no_proxy_of_the_environment_is_used(monkeypatch, receiver):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert send_message(here(receiver), "m", b"{}", START) is None


GOOD = {"name": "desk", "url": "https://receiver.example/hook", "secret": SECRET, "events": ["permit.*"]}


def test_a_list_of_endpoints_is_read(tmp_path):
    assert [e.name for e in read_endpoints(json.dumps([GOOD]))] == ["desk"]
    (tmp_path / "hooks.json").write_text(json.dumps([GOOD]))
    assert len(read_endpoints(str(tmp_path / "hooks.json"))) == 1


@pytest.mark.parametrize(
    "change",
    [{"url": "http://receiver.example/"}, {"url": "https://u:p@receiver.example/"}, {"url": "https:///x"},
     {"url": "file:///etc/passwd"},
     {"secret": "whsec_c2hvcnQ="}, {"secret": "hush-hush-this-is-not-base64-at-all"}, {"events": []},
     {"events": ["A B"]}, {"name": "a b"}, {"extra": 1}],
)  # fmt: skip
def test_endpoints_that_make_no_sense_are_refused_without_repeating_secrets(change):
    with pytest.raises(InvalidWebhooks) as caught:
        read_endpoints(json.dumps([GOOD | change]))
    assert GOOD["secret"] not in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("value", ["nowhere.json", "[", "{}", json.dumps([GOOD, GOOD])])
def test_what_is_no_list_is_refused(value):
    with pytest.raises(InvalidWebhooks):
        read_endpoints(value)
