"""What a host is called by: a name, or an address. Pure: no I/O."""

from ipaddress import ip_address


def is_address(host: str) -> bool:
    """Whether a host is an address, and no name that somebody's DNS may tell anything of."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
