"""Sets Suki up and starts it; needs Python alone: python3 tasks.py demo, or on Windows py tasks.py demo."""

from __future__ import annotations

import argparse
import errno
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "suki-lock.txt"

RUNTIME = ("requirements.txt",)
DEV = ("requirements.txt", "requirements-dev.txt")

PROGRAM = ("app.py", "web.py", "config.py", "blueprints", "models", "migrations")

# A test file's tests stay together in one process, because they share a browser.
SPREAD = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"]

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - not opened here, only recognised

NO_PIP = """\
Python here has neither pip nor ensurepip, so the packages cannot be installed.
On Debian and Ubuntu, install them once: sudo apt install python3-venv"""
NO_PACKAGES = "The packages could not be installed; what pip said is above. Is this machine on the network?"


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> int:
    sys.stdout.flush()
    return subprocess.run([str(word) for word in command], cwd=ROOT, env=env, check=False).returncode


def must(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    if code := run(*command, env=env):
        sys.exit(code)


def works(*command: str | Path) -> bool:
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode == 0


def prepare(lock: Iterable[str]) -> None:
    """Makes .venv hold what the lock says, and compiles what changed; nothing is installed twice."""
    if not PYTHON.exists():
        make_venv()
    if not is_installed(lock):
        install(lock)
    compile_program()
    compile_translations()


def make_venv() -> None:
    print("Making .venv …")
    if works(sys.executable, "-m", "venv", "--clear", VENV):
        return
    # Debian's Python without python3-venv cannot put pip into .venv: then the pip outside fills it.
    must(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)


def is_installed(lock: Iterable[str]) -> bool:
    """The lock for development holds all of the other one."""
    return STAMP.exists() and STAMP.read_text() in {fingerprint(lock), fingerprint(DEV)}


def fingerprint(lock: Iterable[str]) -> str:
    """Of the locked packages, and of the Python that .venv was made with."""
    files = [VENV / "pyvenv.cfg", *(ROOT / name for name in lock)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def install(lock: Iterable[str]) -> None:
    print("Installing the packages; this takes a minute, and only once …")
    *_, widest = lock
    options = ["--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check", "-qq"]
    if run(*find_pip(), "install", *options, "-r", widest):
        sys.exit(NO_PACKAGES)
    STAMP.write_text(fingerprint(lock))


def find_pip() -> list[str]:
    for command in ([str(PYTHON), "-m", "pip"], [sys.executable, "-m", "pip", "--python", str(PYTHON)]):
        if works(*command, "--version"):
            return command
    if is_root_on_debian():
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        must("apt-get", "update", "-qq", env=env)
        must("apt-get", "install", "-qq", "-y", "python3-venv", env=env)
        must(PYTHON, "-m", "ensurepip")
        return [str(PYTHON), "-m", "pip"]
    sys.exit(NO_PIP)


def is_root_on_debian() -> bool:
    return os.name == "posix" and os.geteuid() == 0 and Path("/etc/debian_version").exists()


def compile_program() -> None:
    """Python does so by itself where it may write beside the program. The user that a server runs as may not, and each
    start of it would compile everything anew. It only saves time: where it can’t be done, all else goes on."""
    run(PYTHON, "-m", "compileall", "-qq", *PROGRAM)


def catalogues() -> list[Path]:
    return sorted((ROOT / "translations").glob("*/LC_MESSAGES/*.po"))


def babel(*words: str | Path) -> None:
    must(PYTHON, "-m", "babel.messages.frontend", "-q", *words)


def compile_translations() -> None:
    for words in catalogues():
        compiled = words.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < words.stat().st_mtime:
            babel("compile", "-i", words, "-o", compiled)


def extract(template: Path) -> None:
    """Every sentence that the program and its pages say; pyproject.toml says how they are read."""
    options = ["-F", "pyproject.toml", "-k", "_l", "-k", "lazy_gettext", "--no-location", "--sort-output"]
    babel("extract", *options, "-o", template, "blueprints", "templates")


def flask(*words: str, env: Mapping[str, str]) -> None:
    must(PYTHON, "-m", "flask", "--app", "app", *words, env=env)


def serve(env: Mapping[str, str]) -> NoReturn:
    command = [str(PYTHON), "-m", "flask", "--app", "app", "serve"]
    sys.stdout.flush()
    if os.name == "posix":
        # The server takes this process's place, so that a signal to stop reaches it.
        os.chdir(ROOT)
        os.execve(PYTHON, command, env)
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    while True:
        try:
            sys.exit(server.wait())
        except KeyboardInterrupt:
            continue  # the server was told as well, and finishes what it has begun


def listening(chosen: str | None, env: Mapping[str, str]) -> dict[str, str]:
    """The environment with where to listen; stops with a sentence when that is taken."""
    host = env.get("FLASK_RUN_HOST") or "127.0.0.1"
    port = chosen or env.get("PORT") or env.get("FLASK_RUN_PORT") or "5000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"A port is a number from 1 to 65535, not “{port}”.")
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, int(port)), family=family).close()
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            sys.exit(f"Suki cannot be served at {url}: {problem.strerror or problem}.")
        sys.exit(
            f"Port {port} is taken by another program, or Suki is running already: {url}\n"
            "To use another port: PORT=5001 make demo (or tasks.py demo --port 5001)"
        )
    # Links in mail follow the port, unless the shop has an address of its own.
    links = {} if host in EVERYWHERE else {"FLASK_BASE_URL": url}
    return {**links, **env, "FLASK_RUN_HOST": host, "FLASK_RUN_PORT": port}


def shop_settings() -> dict[str, str]:
    """The environment, and of .env only where to listen: the app reads the rest of it by itself."""
    file = ROOT / ".env"
    lines = file.read_text(encoding="utf-8") if file.exists() else ""
    names = "FLASK_(?:RUN_HOST|RUN_PORT|BASE_URL)"
    chosen = re.findall(rf"""^({names})=["']?([^\s"']+)""", lines, re.MULTILINE)
    return {**dict(chosen), **os.environ}


def demo_settings() -> dict[str, str]:
    """The environment without the shop's settings: a demo knows neither its database nor its mail."""
    ours = ("FLASK_BASE_URL", "FLASK_RUN_HOST", "FLASK_RUN_PORT")
    env = {name: value for name, value in os.environ.items() if name in ours or name[:6] != "FLASK_"}
    return {**env, "FLASK_SKIP_DOTENV": "1", "FLASK_INSTANCE_PATH": str(ROOT / "instance" / "demo")}


def setup(args: argparse.Namespace) -> None:
    """Make .venv and install what Suki needs to run"""
    prepare(RUNTIME)
    print("Suki is set up.")


def demo(args: argparse.Namespace) -> None:
    """Serve a demo store, full of orders, at http://127.0.0.1:5000"""
    env = listening(args.port, demo_settings())
    prepare(RUNTIME)
    flask("demo", *args.more, env=env)
    serve(env)


def run_shop(args: argparse.Namespace) -> None:
    """Serve your own store; asks for its name and its owner the first time"""
    env = listening(args.port, shop_settings())
    prepare(RUNTIME)
    flask("init", *args.more, env=env)
    serve(env)


def upgrade(args: argparse.Namespace) -> None:
    """After git pull, with your own store stopped: a backup, then its database, then a look at it all"""
    prepare(RUNTIME)
    for command in ("upgrade", "doctor"):
        flask(command, env=shop_settings())


def test(args: argparse.Namespace) -> None:
    """Run the tests: all of them, or those named"""
    prepare(DEV)
    must(PYTHON, "-m", "pytest", *(args.more or SPREAD))


def test_postgres(args: argparse.Namespace) -> None:
    """Test it on a PostgreSQL server that is made for the tests and gone afterwards, where one is installed"""
    prepare(DEV)
    must(PYTHON, "-m", "tests.postgres", *(args.more or SPREAD))


def gates(args: argparse.Namespace) -> None:
    """Run what must hold under faults in full size, and print the table of docs/gates.md"""
    prepare(DEV)
    # Test by test: a file at a time leaves a processor idle for minutes in the end. One more than there are processors,
    # as they wait for a disk, a lock or a server for a quarter of the time; twice as many took longer.
    processes = str((os.cpu_count() or 1) + 1)
    one_by_one = ["-n", processes, "--dist", "load", "--maxschedchunk", "1"]
    must(PYTHON, "-m", "pytest", "tests/gates", "--gates", *(args.more or one_by_one))


def bench(args: argparse.Namespace) -> None:
    """Measure pages beside a bare one, with up to a million orders, and write docs/performance.md"""
    prepare(DEV)
    must(PYTHON, "-m", "bench", *args.more)


def check(args: argparse.Namespace) -> None:
    """Check style, types and templates"""
    prepare(DEV)
    checks = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["djlint", "--lint", "templates"])
    failed = [" ".join(words) for words in checks if run(PYTHON, "-m", *words)]
    if failed:
        sys.exit(f"Not clean: {', '.join(failed)}.")


def translate(args: argparse.Namespace) -> None:
    """Bring the translations up to date; new sentences stand there empty"""
    prepare(RUNTIME)
    options = ["--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "--width", "110"]
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        extract(template)
        for words in catalogues():
            babel("update", *options, "-l", words.parts[-3], "-i", template, "-o", words)
    compile_translations()


def lock(args: argparse.Namespace) -> None:
    """Write the locks again, after a change in pyproject.toml; needs uv"""
    uv = shutil.which("uv", path=os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", "")]))
    if not uv:
        sys.exit("The locks are made with uv, which is not here: .venv/bin/python -m pip install uv")
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--only-binary", ":all:"]
    quiet = ["--no-header", "--no-annotate", "-q", *args.more]
    must(uv, "pip", "compile", "pyproject.toml", *options, *quiet, "-o", "requirements.txt")
    same = ["-c", "requirements.txt"]
    for more, name in (("--group=dev", "dev"), *((f"--extra={extra}", extra) for extra in ("gunicorn", "postgresql"))):
        must(uv, "pip", "compile", "pyproject.toml", *options, *quiet, more, *same, "-o", f"requirements-{name}.txt")


def clean(args: argparse.Namespace) -> None:
    """Remove .venv and what was made by these commands; the shop's folder, instance, stays"""
    made = [VENV, *(ROOT / f".{tool}_cache" for tool in ("pytest", "ruff", "mypy")), ROOT / ".hypothesis"]
    for folder in [*made, ROOT / "test-results", *ROOT.glob("[!.]*/**/__pycache__"), ROOT / "__pycache__"]:
        shutil.rmtree(folder, ignore_errors=True)
    for words in catalogues():
        words.with_suffix(".mo").unlink(missing_ok=True)


COMMANDS = {
    "setup": setup,
    "demo": demo,
    "run": run_shop,
    "upgrade": upgrade,
    "test": test,
    "test-postgres": test_postgres,
    "gates": gates,
    "bench": bench,
    "check": check,
    "translate": translate,
    "lock": lock,
    "clean": clean,
}


def read_arguments(words: list[str] | None = None) -> argparse.Namespace:
    about = (__doc__ or "").replace("%", "%%")
    parser = argparse.ArgumentParser(prog="tasks.py", description=about)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        one.set_defaults(command=command)
        if name in ("demo", "run"):
            one.add_argument("--port", help="instead of 5000; PORT=5001 in the environment does the same")
    args, more = parser.parse_known_args(words)
    args.more = more
    if "command" not in args:
        parser.print_help()
        parser.exit()
    if more and args.command in (setup, upgrade, check, translate, clean):
        parser.error(f"unknown: {' '.join(more)}")
    return args


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be able to read this file, and say so
        sys.exit(f"Suki needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    args = read_arguments()
    try:
        args.command(args)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
