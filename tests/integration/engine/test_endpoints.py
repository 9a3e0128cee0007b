"""The engine is found as the docker CLI finds it: DOCKER_HOST, DOCKER_CONTEXT, the current context."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.testbed.cli import Commands, Result
from tests.testbed.engine import PrivateEngine
from tests.testbed.ports import free_port
from tests.testbed.processes import run
from tests.testbed.stack import Stack

NOWHERE = "unix:///nonexistent/docker.sock"
TLS_FILES = ("ca", "cert", "key")


@pytest.fixture
def contexts(cli: Commands, engine: PrivateEngine) -> Callable[..., str]:
    """Run `docker context ...` as the user whose commands `cli` runs."""
    environ = engine.environ | {"DOCKER_CONFIG": str(cli.home / ".docker"), "HOME": str(cli.home)}
    del environ["DOCKER_HOST"]

    def docker_context(*arguments: str) -> str:
        return run("docker", "context", *arguments, env=environ)

    docker_context("create", "private", "--docker", f"host={engine.host}")
    docker_context("create", "nowhere", "--docker", f"host={NOWHERE}")
    return docker_context


def found(done: Result) -> bool:
    """Whether the private engine was asked; another one that was chosen is named in the error."""
    if done.code == 0:
        assert done.out.startswith("Choose a container to analyze:\n")
        return True
    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1), done
    assert NOWHERE in done.err
    return False


@pytest.mark.parametrize(
    ("host", "context", "used", "private"),
    [
        (None, None, "private", True),
        (None, "private", "nowhere", True),
        (None, "nowhere", "private", False),
        ("private", "nowhere", "nowhere", True),
        (NOWHERE, "private", "private", False),
        ("", "", "private", True),
    ],
)
def test_the_host_beats_the_context_which_beats_the_current_one(
    cli: Commands,
    contexts: Callable[..., str],
    engine: PrivateEngine,
    host: str | None,
    context: str | None,
    used: str,
    private: bool,
) -> None:
    contexts("use", used)

    chosen = {"DOCKER_HOST": engine.host if host == "private" else host, "DOCKER_CONTEXT": context}

    assert found(cli("ctr-updater", env=chosen)) == private


def test_docker_config_says_where_the_contexts_are(
    cli: Commands, contexts: Callable[..., str], tmp_path: Path
) -> None:
    contexts("use", "private")
    (cli.home / ".docker").rename(tmp_path / "elsewhere")

    assert found(cli("ctr-updater", env={"DOCKER_HOST": None, "DOCKER_CONFIG": str(tmp_path / "elsewhere")}))


@pytest.mark.usefixtures("contexts")
def test_a_context_that_does_not_exist_is_4_and_named(cli: Commands) -> None:
    done = cli("ctr-updater", env={"DOCKER_HOST": None, "DOCKER_CONTEXT": "gone"})

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert done.err.startswith("cannot find the Docker context 'gone': ")


@pytest.mark.parametrize("content", ["", "garbage", "{", "\x00\xff"])
def test_a_config_that_cannot_be_read_is_4_and_named(cli: Commands, content: str) -> None:
    """Were it passed over, the engine of the default socket would be asked: perhaps the wrong one."""
    directory = cli.home / ".docker"
    directory.mkdir()
    (directory / "config.json").write_text(content)

    done = cli("ctr-updater", env={"DOCKER_HOST": None})

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert done.err.startswith(f"cannot read {directory}/config.json: ")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"Endpoints": null}', '{"Endpoints": {"docker": null}}', '{"Endpoints": []}']
)
@pytest.mark.usefixtures("contexts")
def test_a_garbage_context_is_one_line_and_never_a_traceback(cli: Commands, content: str) -> None:
    for meta in (cli.home / ".docker/contexts/meta").glob("*/meta.json"):
        if json.loads(meta.read_text())["Name"] == "private":
            meta.write_text(content)

    done = cli("ctr-updater", env={"DOCKER_HOST": None, "DOCKER_CONTEXT": "private"})

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert "unexpected" not in done.err


class TLS:
    """An engine that speaks TLS alone, and the files of its clients.

    Attributes:
        host: Its address.
        engine: Itself.
        client: A directory as DOCKER_CERT_PATH takes it.
        stranger: The same of another authority.
    """

    def __init__(self, host: str, engine: PrivateEngine, client: Path, stranger: Path) -> None:
        self.host = host
        self.engine = engine
        self.client = client
        self.stranger = stranger


@pytest.fixture(scope="module")
def tls(engine_version: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TLS]:
    server, client, stranger = (tmp_path_factory.mktemp(name) for name in ("server", "client", "stranger"))
    authority(server)
    authority(stranger)
    certificate(server, server, "subjectAltName=IP:127.0.0.1")
    certificate(server, client, "extendedKeyUsage=clientAuth")
    certificate(stranger, stranger, "extendedKeyUsage=clientAuth")
    host = f"tcp://127.0.0.1:{free_port()}"
    files = {f"tls{'cacert' if name == 'ca' else name}": str(server / f"{name}.pem") for name in TLS_FILES}
    with PrivateEngine(engine_version, extra={"hosts": [host], "tlsverify": True, **files}) as engine:
        yield TLS(host, engine, client, stranger)


def authority(directory: Path) -> None:
    """Make ca.pem, and the key that signs with it."""
    subject = ("-subj", "/CN=authority of the test", "-addext", "basicConstraints=critical,CA:true")
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    names = ("-keyout", directory / "ca.key", "-out", directory / "ca.pem")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *usage, *names)


def certificate(issuer: Path, directory: Path, extension: str) -> None:
    """Make cert.pem and key.pem, signed by an authority, and lay its ca.pem beside them."""
    request, extensions = directory / "request.pem", directory / "extensions"
    extensions.write_text(f"{extension}\n")
    names = ("-keyout", directory / "key.pem", "-out", request)
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bed", *names)
    signed = ("-CA", issuer / "ca.pem", "-CAkey", issuer / "ca.key", "-CAcreateserial", "-days", "2")
    options = ("-in", request, "-extfile", extensions, "-out", directory / "cert.pem")
    run("openssl", "x509", "-req", *signed, *options)
    if issuer != directory:
        (directory / "ca.pem").write_bytes((issuer / "ca.pem").read_bytes())


def environment(tls: TLS, certificates: Path) -> dict[str, str | None]:
    return {"DOCKER_HOST": tls.host, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(certificates)}


def test_tls_with_a_private_authority(cli: Commands, tls: TLS) -> None:
    own = Stack(tls.engine)
    app = own.name("app:1")
    own.image(app)
    own.run(app, name=own.name("web"))

    done = cli("ctr-updater", own.name("web"), env=environment(tls, tls.client))
    own.clean()

    assert (done.code, done.out) == (0, "")


def test_tls_files_lie_in_docker_config_unless_said_otherwise(cli: Commands, tls: TLS) -> None:
    directory = cli.home / ".docker"
    directory.mkdir()
    for name in TLS_FILES:
        (directory / f"{name}.pem").write_bytes((tls.client / f"{name}.pem").read_bytes())

    assert cli("ctr-updater", env={"DOCKER_HOST": tls.host, "DOCKER_TLS_VERIFY": "1"}).code == 0


def test_tls_of_a_context(cli: Commands, tls: TLS, contexts: Callable[..., str]) -> None:
    files = ",".join(f"{name}={tls.client / name}.pem" for name in TLS_FILES)
    contexts("create", "secure", "--docker", f"host={tls.host},{files}")

    assert cli("ctr-updater", env={"DOCKER_HOST": None, "DOCKER_CONTEXT": "secure"}).code == 0


def test_a_tls_context_that_skips_verification(cli: Commands, tls: TLS, contexts: Callable[..., str]) -> None:
    files = ",".join(f"{name}={tls.client / name}.pem" for name in ("cert", "key"))
    contexts("create", "careless", "--docker", f"host={tls.host},{files},skip-tls-verify=true")

    assert cli("ctr-updater", env={"DOCKER_HOST": None, "DOCKER_CONTEXT": "careless"}).code == 0


def test_tls_without_verification_needs_no_authority(cli: Commands, tls: TLS, tmp_path: Path) -> None:
    for name in ("cert", "key"):
        (tmp_path / f"{name}.pem").write_bytes((tls.client / f"{name}.pem").read_bytes())
    unverified: dict[str, str | None] = {
        "DOCKER_HOST": tls.host,
        "DOCKER_TLS": "1",
        "DOCKER_CERT_PATH": str(tmp_path),
    }

    assert cli("ctr-updater", env=unverified).code == 0


@pytest.mark.parametrize(
    "kind", ["wrong authority", "no certificates", "key of another", "garbage", "no TLS"]
)
def test_tls_that_does_not_work_out_is_4_in_one_clear_line(
    cli: Commands, tls: TLS, tmp_path: Path, kind: str
) -> None:
    for name in TLS_FILES:
        (tmp_path / f"{name}.pem").write_bytes((tls.client / f"{name}.pem").read_bytes())
    if kind == "wrong authority":
        (tmp_path / "ca.pem").write_bytes((tls.stranger / "ca.pem").read_bytes())
    elif kind == "no certificates":
        for name in TLS_FILES:
            (tmp_path / f"{name}.pem").unlink()
    elif kind == "key of another":
        (tmp_path / "key.pem").write_bytes((tls.stranger / "key.pem").read_bytes())
    elif kind == "garbage":
        (tmp_path / "ca.pem").write_text("garbage")
    environ = environment(tls, tmp_path)
    if kind == "no TLS":
        environ = {"DOCKER_HOST": tls.host}

    done = cli("ctr-updater", env=environ)

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert "unexpected" not in done.err
    said = {
        "wrong authority": "ca.pem in DOCKER_CERT_PATH must be its authority's",
        "no certificates": "there is no ca.pem",
        "key of another": "cannot use the TLS certificates in",
        "garbage": "cannot use the TLS certificates in",
        "no TLS": "it speaks TLS: set DOCKER_TLS_VERIFY=1",
    }
    assert said[kind] in done.err


def test_an_engine_does_not_take_a_client_of_another_authority(
    cli: Commands, tls: TLS, tmp_path: Path
) -> None:
    for name in ("cert", "key"):
        (tmp_path / f"{name}.pem").write_bytes((tls.stranger / f"{name}.pem").read_bytes())
    (tmp_path / "ca.pem").write_bytes((tls.client / "ca.pem").read_bytes())

    done = cli("ctr-updater", env=environment(tls, tmp_path))

    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert tls.host in done.err
