"""Addresses of computers on the internet; those of home networks are the same for everybody."""

import re
from collections.abc import Iterator

from carebot.core.finding import EntityKind, Finding
from carebot.privacy.recognizers.context import Topic
from carebot.privacy.recognizers.searchable import Searchable

_CANDIDATE = re.compile(
    r"""
    (?<! [A-Za-z0-9.:_-] )
    (?: [0-9]{1,3} (?: \.[0-9]{1,3} ){3}              # IPv4
      | [0-9a-f]{1,4} (?: ::? [0-9a-f]{1,4} ){2,7}    # IPv6, also shortened by "::"
    )
    (?! [A-Za-z0-9_-] | [.:][0-9a-f] )
    """,
    re.VERBOSE | re.IGNORECASE,
)

# 10/8, 172.16/12, 192.168/16 (RFC 1918), fc00::/7 (RFC 4193)
_HOME_NETWORK = re.compile(r"10\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|f[cd]", re.IGNORECASE)


def find_ip_addresses(searched: Searchable) -> Iterator[Finding]:
    """IPv4 and IPv6, unless the word before makes it a version."""
    for match in _CANDIDATE.finditer(searched.text):
        marks = searched.contexts.before(match.start(), 15)
        is_version = any(mark.topic is Topic.HARMLESS for mark in marks)
        if not is_version and _is_public(match.group()):
            yield Finding(
                kind=EntityKind.IP_ADDRESS, start=match.start(), end=match.end(), recognizer="ip_address"
            )


def _is_public(written: str) -> bool:
    """Whether it is an address ("10:15:30" is none), and of the internet.

    Those reserved for documentation count: they stand for real ones.
    """
    import ipaddress  # only once there is a candidate

    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    local = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    return not local and _HOME_NETWORK.match(written) is None
