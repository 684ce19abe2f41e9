"""One HTTP call to somewhere else: over within a deadline, with an answer no larger than was expected.

httpx limits each wait for a byte, so a server that sends one now and then holds a call for as long as it likes.
Here the whole call has one deadline, looking up the name and shaking hands included.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from service.loopback import is_loopback

_lookups = ThreadPoolExecutor(32, thread_name_prefix="lookups")
"""Of its own: look-ups that hang must not take the threads of anything else."""


def require_safe(url: str) -> str:
    """The address itself. Raises `ValueError` unless it is HTTPS, or on this machine: who sits between could answer."""
    address = urlsplit(url)
    local = address.scheme == "http" and is_loopback(address.hostname or "")
    if not address.hostname or not (address.scheme == "https" or local) or "@" in address.netloc or address.fragment:
        raise ValueError("give an address that begins with https://, without password and fragment")
    return url


class NoAnswer(RuntimeError):  # noqa: N818 - reads as what it is
    """No whole answer came in time; the message says why in a word and never quotes what was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is empty where it was not asked for."""

    status: int
    body: bytes = b""


async def call(
    method: str,
    url: str,
    *,
    deadline_s: float,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    max_bytes: int = 0,
    pinned: Callable[[], str] | None = None,
    trust_env: bool = False,
) -> Answer:
    """Call once; redirects are not followed. Raises `NoAnswer`, and whatever `pinned` raises.

    `max_bytes`: the largest answer that is read; 0 reads none. `pinned` gives the address to connect to in place of
    the name's own; it runs in a thread and within the deadline. `trust_env`: whether proxies and certificates of
    the environment count.
    """
    work = _call(method, url, headers or {}, content, deadline_s, max_bytes, pinned, trust_env)
    try:
        return await asyncio.wait_for(work, deadline_s)
    except TimeoutError:
        raise NoAnswer("TimeoutError") from None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
        raise NoAnswer(type(error).__name__) from None


def call_now(method: str, url: str, **how: Any) -> Answer:
    """`call`, for threads that no event loop runs in."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(call(method, url, **how))
    finally:
        loop.close()  # without waiting for a look-up that hangs


async def _call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    deadline_s: float,
    max_bytes: int,
    pinned: Callable[[], str] | None,
    trust_env: bool,
) -> Answer:
    to = httpx.URL(url)
    sent = {"Host": to.netloc.decode("ascii"), **headers}
    address = to.host if pinned is None else await asyncio.get_running_loop().run_in_executor(_lookups, pinned)
    async with (
        httpx.AsyncClient(
            timeout=deadline_s, follow_redirects=False, trust_env=trust_env, verify=_certificates(trust_env)
        ) as http,
        http.stream(
            method, to.copy_with(host=address), headers=sent, content=content, extensions={"sni_hostname": to.host}
        ) as answer,
    ):
        body = bytearray()
        if max_bytes:
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > max_bytes:
                    raise NoAnswer("TooLarge")
        return Answer(answer.status_code, bytes(body))


@functools.cache
def _certificates(trust_env: bool) -> ssl.SSLContext:
    """Reading the list of authorities takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=trust_env)
