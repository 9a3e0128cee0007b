"""The SBOM of the image has each package of Python's and of Debian's that is in it."""

import json
import tarfile

from tests.unit.documents import script

oci = script("image", "oci")
contents = script("image", "contents")
sbom = script("image", "sbom")

METADATA = b"Metadata-Version: 2.4\nName: Some_Package\nVersion: 1.2\n\nName: not this\n"


def image(files: dict[str, bytes]) -> object:
    return oci.Image({}, [[oci.Entry(tarfile.TarInfo(name), data)] for name, data in files.items()])


def test_each_package_is_told_once_with_where_it_is_from() -> None:
    listed = b"libssl3t64 3.5.1-1 amd64\nzlib1g 1:1.3+x-1 amd64\n"
    place = "usr/lib/python3.13/some_package-1.2.dist-info/METADATA"
    found = contents.components(
        image(
            {"usr/share/doc/ctr-updater/debian-packages": listed, place: METADATA, "x/METADATA": b"Name: y"}
        )
    )

    assert [each["purl"] for each in found] == [
        "pkg:deb/debian/libssl3t64@3.5.1-1?arch=amd64",
        "pkg:deb/debian/zlib1g@1%3A1.3%2Bx-1?arch=amd64",
        "pkg:pypi/some-package@1.2",
    ]
    assert json.loads(sbom.document("1.0", found))["components"] == found


def test_an_image_on_a_base_without_dpkg_has_those_of_python() -> None:
    found = contents.components(image({"a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n"}))

    assert [each["name"] for each in found] == ["a"]
