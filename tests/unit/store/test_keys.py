"""Keys tell engines apart, and their files are those that the version before wrote."""

import hashlib

import pytest

from watcher.store.keys import Key

HERE = hashlib.sha256(b"HERE").hexdigest()[:16]
CID = "1" * 64


def test_the_same_name_on_two_engines_is_two_keys_with_two_files() -> None:
    here, there = Key("HERE", "web"), Key("THERE", "web")

    assert here != there
    assert here.file != there.file


@pytest.mark.parametrize("name", ["web", CID])
def test_a_plain_name_is_its_file(name: str) -> None:
    assert Key("HERE", name).file == f"{HERE}/{name}"


@pytest.mark.parametrize("name", ["w" * 65, "web_1", "a/../b", "ü", "\udce9"])
def test_any_other_name_is_cut_to_a_digest(name: str) -> None:
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()

    assert Key("HERE", name).file == f"{HERE}/{digest}"


def test_an_engine_that_is_called_by_an_address_has_a_folder_like_any_other() -> None:
    assert len(Key("tcp://10.0.0.2:2376/../..", "web").file.split("/")) == 2
