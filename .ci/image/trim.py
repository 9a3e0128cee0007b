# ruff: noqa: INP001, S603, S607, T201 - a script of the build: no package, the base's own tools, a log to write
"""Makes the root file system of the image: the program, its interpreter, and nothing else.

Runs in the build stage, by the interpreter that is shipped: `python3 trim.py PYPROJECT LIB ROOT [BELOW]`
where PYPROJECT declares the commands, LIB holds the package beside its installed dependencies, and ROOT is
made; without what is in BELOW already, on which it will lie.

What belongs in is computed, not listed: every module that an import statement can reach from the package,
those within functions included (modulefinder), and every shared library that these need (ldd). The lists
below are what no import statement tells. `watcher.selfcheck`, run in the finished image, fails the build
where something is missing.
"""

import importlib.metadata
import modulefinder
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "watcher"

# Imported by C code, by name at run time, or by the interpreter as it starts.
HIDDEN = [
    "_strptime",
    "encodings.ascii",
    "encodings.cp437",  # zipimport
    "encodings.idna",
    "encodings.iso8859_1",
    "encodings.latin_1",
    "encodings.punycode",
    "encodings.unicode_escape",
    "encodings.utf_16",
    "encodings.utf_32",
    "encodings.utf_8",
    "encodings.utf_8_sig",
]

# Reached only by code that never runs here. One of these that the package itself imports fails the build.
NEVER = [
    "_aix_support",
    "_ios_support",
    "_osx_support",
    "_pydatetime",  # this and the next stand in for C modules that are here
    "_pydecimal",
    "_pyrepl",
    "aiohttp.worker",
    "asyncio.windows_events",
    "click._winconsole",
    "concurrent.futures.process",
    "ctypes",
    "doctest",  # self-tests under __main__
    "encodings.mbcs",
    "frozenlist._frozenlist",  # needs 2.5 MB of libstdc++; lists of a few callbacks do well in Python
    "nturl2path",
    "plistlib",
    "pydoc",
    "readline",
    "sitecustomize",  # of the base
    "structlog._greenlets",
    "structlog.twisted",
    "urllib3.contrib.emscripten",
    "urllib3.contrib.pyopenssl",
    "urllib3.contrib.socks",
    "urllib3.http2.connection",
    "webbrowser",
]

# Of the full image alone: packages of which Apprise imports what lies in their folder, or by its name.
LISTED = ["apprise.plugins", "apprise.config", "apprise.attachment", "markdown.extensions"]
WITH_THOSE = ["ctypes"]  # which they import, whether it ever runs or not

SERVED = {".css", ".html", ".js", ".svg"}

Modules = dict[str, Path]


def main() -> None:
    """Fill ROOT, and print what takes how much of it."""
    pyproject, lib, root, *below = map(Path, sys.argv[1:])
    sys.path.insert(0, str(lib))
    stdlib = Path("usr/lib") / f"python{sys.version_info.major}.{sys.version_info.minor}"
    place_modules(closure(lib), root, stdlib)
    place_data(lib, root / stdlib)
    place_metadata(lib, root / stdlib)
    place_interpreter(root)
    place_libraries(root)
    place_settings(root)
    place_packages(root)
    place_commands(tomllib.loads(pyproject.read_text())["project"]["scripts"], root / "usr/bin")
    for already in below:
        leave_out(root, already)
    for path in sorted((root / "usr").glob("*/*")):
        print(f"{size(path) / 1e6:6.2f} MB  {path.relative_to(root)}")
    print(f"{size(root) / 1e6:6.2f} MB  in all")


def closure(lib: Path) -> Modules:
    """Every module, by its full name, that the package can import, with the file that holds it."""
    listed = [name for name in LISTED if lib.joinpath(*name.split(".")).is_dir()]
    never = [name for name in NEVER if not (listed and name in WITH_THOSE)]
    finder = modulefinder.ModuleFinder(excludes=never)
    sources = (path.relative_to(lib).with_suffix("") for path in sorted((lib / PACKAGE).rglob("*.py")))
    package = [".".join(path.parts).removesuffix(".__init__") for path in sources]
    sysconfigdata = [path.stem for path in Path(sysconfig.get_path("stdlib")).glob("_sysconfigdata_*.py")]
    for name in [*package, *HIDDEN, *sysconfigdata]:
        finder.import_hook(name, fromlist=["*"] if name == PACKAGE else None)
    for name in listed:
        finder.import_hook(name, fromlist=["*"])
    refuse_unmet(finder)
    files = {name: vars(module)["__file__"] for name, module in finder.modules.items()}
    return {name: Path(file) for name, file in files.items() if file}


def refuse_unmet(finder: modulefinder.ModuleFinder) -> None:
    """Fail where the package itself imports what the list above says never runs."""
    for name in NEVER:
        ours = [importer for importer in finder.badmodules.get(name, ()) if importer.split(".")[0] == PACKAGE]
        if ours:
            sys.exit(f"{', '.join(ours)} imports {name}, which trim.py leaves out")


def place_modules(modules: Modules, root: Path, stdlib: Path) -> None:
    """Byte code without sources, all in one directory: found without `site`, which saves start-up time."""
    (root / stdlib / "lib-dynload").mkdir(parents=True)  # how the interpreter knows its own prefix
    for name, path in modules.items():
        if path.suffix == ".py":
            inside = stdlib.joinpath(*name.split("."), *(["__init__"] if path.stem == "__init__" else []))
            compile_to(path, root, inside.with_name(inside.name + ".pyc"))
            if name.rpartition(".")[0] in LISTED and path.stem != "__init__":
                root.joinpath(inside).touch()  # byte code is not what Apprise looks for: this has it imported
        else:
            parent = Path("lib-dynload") if "." not in name else Path(*name.split(".")[:-1])
            place_elf(path, root / stdlib / parent / path.name)


def place_data(lib: Path, target: Path) -> None:
    """What the package serves as it is: the page."""
    for path in sorted((lib / PACKAGE).rglob("*")):
        if path.suffix in SERVED:
            place = target / path.relative_to(lib)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def compile_to(source: Path, root: Path, target: Path) -> None:
    """Compile without a time stamp (equal sources give equal layers) and without a check at each import."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(
        str(source), str(root / target), f"/{target.with_suffix('.py')}", doraise=True, invalidation_mode=mode
    )


def place_elf(path: Path, target: Path) -> None:
    """Copy a binary under its own name, whatever links lead to it, without its symbols."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path.resolve(), target)
    target.chmod(0o755)
    subprocess.run(["strip", "--strip-unneeded", target], check=True)


def place_metadata(lib: Path, target: Path) -> None:
    """Versions, which packages ask for as they are imported, and licences, which must go with every copy."""
    for distribution in importlib.metadata.distributions(path=[str(lib)]):
        for file in distribution.files or []:
            if file.name in {"METADATA", "LICENSE"} or "licenses" in file.parts:
                (target / file.parent).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(lib / file, target / file)


def place_interpreter(root: Path) -> None:
    """At /usr/bin wherever it came from: it finds its modules by where it is."""
    real = Path(sys.executable).resolve()
    place_elf(real, root / "usr/bin" / real.name)
    (root / "usr/bin/python3").symlink_to(real.name)


def place_libraries(root: Path) -> None:
    """What every binary in the root needs, beside the C library, where the loader looks unasked."""
    needed = {path for binary in binaries(root) for path in linked(binary)}
    loader = next(path for path in needed if path.name.startswith("ld-"))
    libc = next(path for path in needed if path.name == "libc.so.6")
    needed.add(libc.parent / "libgcc_s.so.1")  # loaded by pthread_exit
    home = Path("usr/lib") / libc.resolve().parent.name
    for path in needed - {loader}:
        place_elf(path, root / home / path.name)
    place_elf(loader, root / str(loader).lstrip("/"))


def binaries(root: Path) -> Iterator[Path]:
    """The interpreter and every extension module."""
    yield (root / "usr/bin/python3").resolve()
    yield from root.rglob("*.so")


def linked(binary: Path) -> Iterator[Path]:
    """The shared libraries that a binary needs, theirs included, by the names it is linked to."""
    listing = subprocess.run(["ldd", binary], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        words = line.replace("=>", " ").split()
        if "not found" in line:
            sys.exit(f"{binary}: {line.strip()}")
        yield from (Path(word) for word in words[:2] if word.startswith("/"))


def place_settings(root: Path) -> None:
    """Certificates, time zones, how names are looked up; and the directories to write to."""
    certificates = root / "etc/ssl/certs/ca-certificates.crt"
    certificates.parent.mkdir(parents=True)
    shutil.copyfile("/etc/ssl/certs/ca-certificates.crt", certificates)
    zones = root / "usr/share/zoneinfo"  # schedules and logs follow TZ
    unread = shutil.ignore_patterns("localtime", "posix", "posixrules", "right", "*.tab", "*.zi", "leap*")
    shutil.copytree("/usr/share/zoneinfo", zones, symlinks=True, ignore=unread)
    # Without this file, glibc asks DNS before /etc/hosts.
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n")
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    (root / "var/lib/ctr-updater").mkdir(parents=True)


def place_packages(root: Path) -> None:
    """Which packages of Debian the binaries come from, for an SBOM; nothing where the base has no dpkg."""
    if not shutil.which("dpkg-query"):
        return
    libraries = [f"*/{path.name}" for path in root.rglob("*.so*")]
    asked = ["dpkg-query", "-S", f"*/bin/{Path(sys.executable).resolve().name}", *libraries]
    found = subprocess.run(asked, check=False, capture_output=True, text=True).stdout
    packages = {line.partition(":")[0] for line in found.splitlines()} | {"ca-certificates", "tzdata"}
    told = ["dpkg-query", "-W", "-f", "${Package} ${Version} ${Architecture}\n", *sorted(packages)]
    place = root / "usr/share/doc/ctr-updater/debian-packages"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(subprocess.run(told, check=False, capture_output=True, text=True).stdout)


def place_commands(scripts: dict[str, str], target: Path) -> None:
    """The commands, started without `site` and deaf to PYTHON* variables: faster, and nothing to inject."""
    for name, entry in scripts.items():
        module, function = entry.split(":")
        target.joinpath(name).write_text(
            f"#!/usr/bin/python3 -IS\nfrom {module} import {function}\n\n{function}()\n"
        )
        target.joinpath(name).chmod(0o755)


def leave_out(root: Path, below: Path) -> None:
    """Remove what is the same below, and then folders without anything."""
    for path in sorted(root.rglob("*"), reverse=True):
        same = below / path.relative_to(root)
        if path.is_symlink():
            is_there = same.is_symlink() and path.readlink() == same.readlink()
        else:
            is_there = path.is_file() and same.is_file() and path.read_bytes() == same.read_bytes()
        if is_there:
            path.unlink()
        elif path.is_dir() and same.is_dir() and not any(path.iterdir()):
            path.rmdir()


def size(path: Path) -> int:
    """Bytes of all files in and below a path, links not followed."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.lstat().st_size for file in files if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    main()
