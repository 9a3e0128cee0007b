"""Keeps a process, and all that it starts, from being told of the machine's network interfaces.

A browser gives up whatever it is loading when an interface comes or goes, and engines have them come and go
all the time. One that cannot ask the kernel for them (AF_NETLINK) takes it that there is a network.
"""

import ctypes
import errno
import platform
import struct

_SOCKET = {"x86_64": 41, "aarch64": 198}  # the number of the system call
_AF_NETLINK = 16
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _FIRST_ARGUMENT_AT = 0, 16  # in struct seccomp_data
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EAFNOSUPPORT
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # of prctl


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def forbid() -> None:
    """Forbid it to this process, between fork and exec; on a machine of another kind nothing is forbidden."""
    number = _SOCKET.get(platform.machine())
    if number is None:
        return
    steps = [
        (_LOAD, 0, 0, _NUMBER_AT),
        (_IF_EQUAL, 0, 3, number),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_IF_EQUAL, 0, 1, _AF_NETLINK),
        (_RETURN, 0, 0, _FAIL),
        (_RETURN, 0, 0, _ALLOW),
    ]
    text = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(text))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "prctl")
