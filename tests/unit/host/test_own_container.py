"""What a container's surroundings say of its id, as measured on 20.10 and 28.5 under both cgroup versions."""

import pytest

from watcher.host.own_container import named_by

OWN, SHARED = "a" * 64, "b" * 64
V1 = f"""\
12:pids:/docker/{OWN}
11:memory:/docker/{OWN}
1:name=systemd:/docker/{OWN}
0::/docker/{OWN}
"""
V1_CUSTOM = f"12:pids:/custom/{OWN}\n"
V1_SYSTEMD = f"1:name=systemd:/system.slice/docker-{OWN}.scope\n"
V1_PRIVATE = "12:pids:/\n0::/\n"
V2_PRIVATE = "0::/\n"
V2_HOST = f"0::/docker/{OWN}\n"
NESTED = f"0::/docker/{SHARED}/docker/{OWN}\n"


def mounts(cid: str) -> str:
    data = f"/var/lib/docker/containers/{cid}"
    return f"""\
640 512 0:55 / / rw,relatime master:253 - overlay overlay rw,upperdir=/var/lib/docker/overlay2/{"e" * 64}/diff
650 640 254:1 {data}/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw
651 640 254:1 {data}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw
652 640 254:1 {data}/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw
653 640 254:1 /var/lib/docker/volumes/{"f" * 64}/_data /data rw,relatime - ext4 /dev/vda1 rw
"""


OVERMOUNTED = """\
640 512 0:55 / / rw,relatime - overlay overlay rw
650 640 254:1 /home/me/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw
651 640 254:1 /home/me/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw
"""
ON_A_HOST = "25 30 0:23 / /proc rw,nosuid - proc proc rw\n30 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n"


@pytest.mark.parametrize(
    ("cgroup", "mountinfo", "hostname", "candidates"),
    [
        pytest.param(V1, mounts(OWN), OWN[:12], [OWN, OWN[:12]], id="default, cgroup v1"),
        pytest.param(V2_PRIVATE, mounts(OWN), OWN[:12], [OWN, OWN[:12]], id="default, cgroup v2"),
        pytest.param(V2_PRIVATE, mounts(OWN), "foo", [OWN], id="--hostname foo"),
        pytest.param(V2_PRIVATE, mounts(OWN), "myhost", [OWN], id="--network host"),
        pytest.param(V1_PRIVATE, mounts(OWN), OWN[:12], [OWN, OWN[:12]], id="--cgroupns private on v1"),
        pytest.param(V2_HOST, mounts(OWN), OWN[:12], [OWN, OWN[:12]], id="--cgroupns host on v2"),
        pytest.param(V1_CUSTOM, mounts(OWN), OWN[:12], [OWN, OWN[:12]], id="--cgroup-parent /custom"),
        pytest.param(V1_SYSTEMD, OVERMOUNTED, "foo", [OWN], id="systemd's cgroup driver"),
        pytest.param(
            V1, mounts(SHARED), SHARED[:12], [OWN, SHARED, SHARED[:12]], id="network of another, v1"
        ),
        pytest.param(
            V2_PRIVATE, mounts(SHARED), SHARED[:12], [SHARED, SHARED[:12]], id="network of another, v2"
        ),
        pytest.param(V2_PRIVATE, OVERMOUNTED, OWN[:12], [OWN[:12]], id="own mounts over the three files"),
        pytest.param(NESTED, OVERMOUNTED, "foo", [OWN], id="an engine within a container"),
        pytest.param("0::/user.slice/user-0.slice\n", ON_A_HOST, "myhost", [], id="no container at all"),
        pytest.param("", "", "", [], id="no /proc"),
    ],
)
def test_candidates_are_the_surest_first(
    cgroup: str, mountinfo: str, hostname: str, candidates: list[str]
) -> None:
    assert named_by(cgroup, mountinfo, hostname) == candidates


@pytest.mark.parametrize("hostname", ["cafe", "deadbeef", "A" * 12, "g" * 12, "a" * 65, "a" * 12 + "\n"])
def test_a_hostname_that_is_no_id_names_nothing(hostname: str) -> None:
    assert named_by("", "", hostname) == []


def test_ids_of_layers_and_volumes_are_no_candidates() -> None:
    assert set(named_by(V2_PRIVATE, mounts(OWN), "foo")) == {OWN}
