"""The table: `docker run` lines, each of which must come through an update unharmed.

Placeholders: {port} a free one, {net} and {net2} networks with subnets, {ip} and {ip2} addresses in them,
{net6} and {ip6} the same for IPv6, {dir} a directory with the files `env`, `labels` and `seccomp.json`,
{vol} a volume's name, {peer} a running container with the volume /shared, {pinned} an image that does not
move. `docker run` lines of one option would hide how options act on each other: some lines hold several.
"""

from typing import NamedTuple


class Line(NamedTuple):
    """One line.

    Attributes:
        name: Of the case.
        options: Of `docker run -d`, before the image.
        command: After the image.
        after: docker commands for the running container, whose name is {name}.
        since: The first engine that takes it.
        create: `docker create`: what cannot run here can be carried over all the same.
        optional: Kernels differ in it: where `docker run` itself fails, there is nothing to test.
        keeps: Paths of the inspect that a rebuild must not change, though they may differ elsewhere.
    """

    name: str
    options: str = ""
    command: str = ""
    after: tuple[str, ...] = ()
    since: str = "20.10"
    create: bool = False
    optional: bool = False
    keeps: tuple[str, ...] = ()


_HEALTH = "--health-interval 300ms --health-timeout 7s --health-retries 9 --health-start-period 1s"
_MACS = tuple(f"NetworkSettings/Networks/{{{net}}}/MacAddress" for net in ("net", "net2"))
_MAC = "NetworkSettings/Networks/bridge/MacAddress"
_ADDRESS = "NetworkSettings/Networks/{net}/IPAddress"

LINES = (
    Line("nothing"),
    # what merges with the image's Config
    Line("env", "-e MINE=1 -e COMMON=mine -e EMPTY= --env-file {dir}/env"),
    Line("env-same-as-default", "-e COMMON=old"),
    Line("env-taken-away", "-e OLDONLY -e NEVERWAS"),
    Line("env-with-equals-and-spaces", "-e OPTS=a=b=c -e 'TEXT=two words'"),
    Line("command", command="/serve --mine"),
    Line("entrypoint", "--entrypoint /serve"),
    Line("entrypoint-and-command", "--entrypoint /serve", "--mine"),
    Line("entrypoint-emptied", "--entrypoint ''", "/serve --mine"),
    Line("entrypoint-same-as-default-resets-command", "--entrypoint /entry -e RESET=1"),
    Line("labels", "-l mine=1 --label common=mine --label-file {dir}/labels"),
    Line("labels-of-compose", "-l com.docker.compose.project=p -l com.docker.compose.service=s"),
    Line("user", "--user 1000:1000 --group-add 2000 --group-add nogroup"),
    Line("workdir", "--workdir /tmp/"),
    Line("stop", "--stop-signal SIGINT --stop-timeout 3"),
    Line("expose", "--expose 5000 --expose 6000-6002/udp"),
    Line("health-command", "--health-cmd true"),
    Line("health-timing", _HEALTH),
    Line("health-all", f"--health-cmd /bin/true {_HEALTH}"),
    Line("health-start-interval", "--health-start-interval 200ms --health-start-period 2s", since="28.5"),
    Line("health-none", "--no-healthcheck"),
    # names
    Line("hostname", "--hostname front --domainname example.test"),
    Line("hostname-of-twelve-hex-digits", "--hostname abcdef012345"),
    Line("uts-host", "--uts host"),
    # ports
    Line("publish", "-p 127.0.0.1:{port}:80 -p 127.0.0.1:{port2}:5353/udp"),
    Line("publish-random", "-p 127.0.0.1::80"),
    Line("publish-range", "-p 127.0.0.1:{port}-{port_after}:80"),
    Line("publish-unexposed", "-p 127.0.0.1:{port}:7777"),
    Line("publish-all", "-P"),
    # networks
    Line("network", "--network {net} --network-alias db --network-alias cache"),
    Line("network-static", "--network {net} --ip {ip}", keeps=(_ADDRESS,)),
    Line("network-static-6", "--network {net6} --ip6 {ip6}"),
    Line("network-link-local", "--network {net} --link-local-ip 169.254.7.8"),
    Line(
        "network-several", "--network {net}", after=("network connect --ip {ip2} --alias two {net2} {name}",)
    ),
    Line(
        "network-several-at-once",
        "--network name={net},alias=one,ip={ip} --network name={net2},alias=two,driver-opt=k=v",
        since="26.1",
    ),
    Line(
        "network-gateway-priority",
        "--network name={net},gw-priority=1 --network name={net2},gw-priority=9",
        since="28.5",
    ),
    Line("network-swapped", after=("network disconnect bridge {name}", "network connect {net} {name}")),
    Line("network-left", after=("network disconnect bridge {name}",)),
    Line("network-none", "--network none"),
    Line(
        "network-none-left",
        "--network none",
        after=("network disconnect none {name}", "network connect --alias x {net} {name}"),
    ),
    Line("network-host", "--network host"),
    Line("network-host-hostname", "--network host --hostname front"),
    Line("network-container", "--network container:{peer}"),
    Line("network-link", "--network {net} --link {peer}:db"),
    Line("link-on-the-default-bridge", "--link {peer}:db"),
    Line("mac", "--mac-address 02:42:ac:11:00:99", keeps=("Config/MacAddress", _MAC)),
    Line(
        "mac-on-a-network",
        "--network {net} --mac-address 92:d0:c6:0a:29:33",
        keeps=("Config/MacAddress", _MACS[0]),
    ),
    Line(
        "mac-on-each-network",
        "--network name={net},mac-address=92:d0:c6:0a:29:33"
        " --network name={net2},mac-address=92:d0:c6:0a:29:34",
        since="26.1",
        keeps=_MACS,
    ),
    Line("dns", "--dns 9.9.9.9 --dns-search example.test --dns-option ndots:3 --dns-option timeout:1"),
    Line("hosts", "--add-host db:10.9.8.7 --add-host gw:host-gateway"),
    # volumes
    Line("volume-anonymous", "-v /mine"),
    Line("volume-over-the-image's", "-v {vol}:/data:ro"),
    Line("volume-named", "-v {vol}:/mine -v {dir}:/host:ro -v {dir}:/private:private"),
    Line("volume-driver", "--volume-driver local -v {vol}:/mine"),
    Line("mount-bind", "--mount type=bind,src={dir},dst=/host,readonly,bind-propagation=rprivate"),
    Line(
        "mount-bind-non-recursive",
        "--mount type=bind,src={dir},dst=/host,bind-recursive=disabled",
        since="26.1",
    ),
    Line("mount-volume", "--mount type=volume,src={vol},dst=/mine,volume-nocopy,volume-label=a=b"),
    Line("mount-volume-anonymous", "--mount type=volume,dst=/mine"),
    Line("mount-volume-part", "--mount type=volume,src={sub},dst=/mine,volume-subpath=part", since="26.1"),
    Line("mount-tmpfs", "--mount type=tmpfs,dst=/scratch,tmpfs-size=1048576,tmpfs-mode=1770"),
    Line("mount-image", "--mount type=image,src={pinned},dst=/image", since="28.5"),
    Line("tmpfs", "--tmpfs /scratch --tmpfs /data:size=1m,mode=1777"),
    Line("volumes-from", "--volumes-from {peer}"),
    Line("volumes-from-read-only-beside-anonymous", "--volumes-from {peer}:ro -v /mine"),
    Line("read-only", "--read-only --tmpfs /run"),
    # resources
    Line(
        "memory",
        "-m 64m --memory-reservation 32m --memory-swap 128m --memory-swappiness 10 --oom-kill-disable",
    ),
    Line("memory-alone", "--memory 64m --oom-score-adj 500 --shm-size 32m"),
    Line("kernel-memory", "--kernel-memory 50m", optional=True),
    Line("cpu", "--cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --cpuset-mems 0"),
    Line("cpu-quota", "--cpu-period 50000 --cpu-quota 25000"),
    Line("cpu-real-time", "--cpu-rt-period 1000000 --cpu-rt-runtime 1000", optional=True),
    Line("pids", "--pids-limit 50"),
    Line("pids-unlimited", "--pids-limit -1"),
    Line("ulimits", "--ulimit nofile=1024:2048 --ulimit core=0"),
    Line("block-io", "--blkio-weight 300 --blkio-weight-device /dev/loop0:200", optional=True),
    Line(
        "block-io-throttled",
        "--device-read-bps /dev/loop0:1mb --device-write-bps /dev/loop0:1mb"
        " --device-read-iops /dev/loop0:100 --device-write-iops /dev/loop0:100",
    ),
    Line("storage-limit", "--storage-opt size=1G", optional=True),
    # devices
    Line("devices", "--device /dev/null:/dev/mine:r --device /dev/zero --device-cgroup-rule 'c 10:200 rwm'"),
    Line("gpus", "--gpus all", create=True),
    Line("gpus-chosen", """--gpus '"device=0,1","capabilities=compute,utility"'""", create=True),
    # security and namespaces
    Line("capabilities", "--cap-add NET_ADMIN --cap-drop ALL"),
    Line("privileged", "--privileged", optional=True),
    Line("security", "--security-opt no-new-privileges --security-opt seccomp={dir}/seccomp.json"),
    Line("security-unconfined", "--security-opt seccomp=unconfined --security-opt systempaths=unconfined"),
    Line("ipc-private", "--ipc private"),
    Line("ipc-host", "--ipc host"),
    Line("ipc-and-pid-of-a-container", "--ipc container:{peer} --pid container:{peer}"),
    Line("pid-host", "--pid host"),
    Line("userns-host", "--userns host"),
    Line("cgroup", "--cgroup-parent /fidelity --cgroupns private"),
    Line("cgroupns-host", "--cgroupns host"),
    Line("sysctls", "--sysctl net.core.somaxconn=256 --sysctl net.ipv4.ip_unprivileged_port_start=0"),
    Line(
        "sysctl-of-an-interface",
        "--network name={net},driver-opt=com.docker.network.endpoint.sysctls"
        "=net.ipv4.conf.IFNAME.log_martians=1",
        since="28.5",
    ),
    # the rest
    Line("restart-always", "--restart always"),
    Line("restart-unless-stopped", "--restart unless-stopped"),
    Line("restart-on-failure", "--restart on-failure:5"),
    Line("removed-when-stopped", "--rm"),
    Line("removed-when-stopped-with-a-volume", "--rm -v /mine"),
    Line("terminal", "-i -t"),
    Line("attached", "-a stdout -a stderr -i", create=True),
    Line("init", "--init"),
    Line("logs", "--log-driver json-file --log-opt max-size=1m --log-opt max-file=2 --log-opt tag=x"),
    Line("logs-none", "--log-driver none"),
    Line("annotations", "--annotation mine=1", since="26.1"),
    Line("runtime", "--runtime runc --isolation default --platform {platform}"),
    Line("container-id-file", "--cidfile {dir}/cid"),
)

# Every other option of `docker run`, and why no line holds it.
NOT_IN_A_LINE = {
    "detach": "in every line",
    "name": "in every line",
    "help": "runs nothing",
    "detach-keys": "of the client's terminal, nothing of the container's",
    "sig-proxy": "of the client's terminal, nothing of the container's",
    "disable-content-trust": "of the client's pull, nothing of the container's",
    "pull": "of the client's pull, nothing of the container's",
    "quiet": "of the client's pull, nothing of the container's",
    "cpu-count": "Windows",
    "cpu-percent": "Windows",
    "io-maxbandwidth": "Windows",
    "io-maxiops": "Windows",
    "use-api-socket": "the client makes a mount of it; it needs an engine at the usual socket",
}
