"""A kept HTTP connection: calls to one host use it again instead of opening one each.

Safe across threads (each call takes a connection out of the pool) and forks (a child begins with a pool of its own:
two processes that write into one connection would mix their messages). Nothing is ever sent twice by itself: a
connection that the other side has closed meanwhile is noticed before it is used, and one that breaks during a call
is an error like any other, after which the caller asks what became of the message.
"""

from __future__ import annotations

import functools
import os
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter

_AT_ONCE = 8
"""Connections kept to one host; a call that finds none of them free opens one for itself."""


def session() -> requests.Session:
    """The session of this process. It keeps no cookies and asks no proxy."""
    return _session_of(os.getpid())


@functools.lru_cache(maxsize=1)
def _session_of(_process: int) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.mount("http://", HTTPAdapter(pool_maxsize=_AT_ONCE, max_retries=0))
    return made
