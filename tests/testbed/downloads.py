"""What tests of one engine download, fetched before they begin: a test has no time for downloads."""

import sys
from pathlib import Path

from tests.testbed import packages, rootfs
from tests.testbed.errors import BedError


def main() -> None:
    packages.roots(packages.default_engine())
    packages.prometheus()
    rootfs.archive()
    rootfs.wheels(Path(".ci/notify.txt"))


if __name__ == "__main__":
    try:
        main()
    except BedError as error:
        sys.exit(f"downloads: {error}")
