"""What the commands, the locks and the files of the house promise."""

import os
import re
import socket
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tasks
from tests.browser import watch
from tests.mail.server import free_port

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = {f"requirements-{name}.txt": asked for name, asked in PROJECT["project"]["optional-dependencies"].items()}
LOCKS = {name: (ROOT / name).read_text() for name in (*tasks.DEV, *EXTRAS)}

# Written in pieces, so that this file does not hold what it looks for.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "index" + "-url"]
MACHINES = "|".join(["home", "root", "work", "Users"])


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCKS[lock], re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def git(*words: str) -> list[str]:
    answer = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode == 128:
        pytest.skip("not a checkout, so nothing is tracked")
    return answer.stdout.splitlines()


def tracked_lines(pattern: str) -> list[str]:
    """Where the pattern stands; pictures and the like are passed over."""
    found = []
    for name in git("-c", "core.quotePath=false", "ls-files"):
        text = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        lines = [] if b"\0" in text else text.decode(errors="replace").splitlines()
        found += [f"{name}:{at}: {line}" for at, line in enumerate(lines, 1) if re.search(pattern, line)]
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_each_package_that_the_project_asks_for(lock):
    asked = PROJECT["project"]["dependencies"]
    asked = asked + PROJECT["dependency-groups"]["dev"] if "dev" in lock else asked
    asked = asked + EXTRAS.get(lock, [])
    for requirement in map(Requirement, asked):
        versions = pins(lock).get(canonicalize_name(requirement.name), {"none"})
        assert all(version in requirement.specifier for version in versions), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_package_has_its_hash(lock):
    entries = re.split(r"^(?=\w)", LOCKS[lock], flags=re.MULTILINE)[1:]
    assert entries
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_tests_run_on_the_packages_that_the_shop_runs_on():
    dev = pins("requirements-dev.txt")
    for lock in ("requirements.txt", *EXTRAS):
        assert {name: dev.get(name) for name in pins(lock)} == pins(lock)


def test_no_file_names_where_packages_come_from():
    assert tracked_lines("|".join(map(re.escape, REGISTRIES))) == []


def test_no_file_names_a_folder_of_somebodys_machine():
    assert tracked_lines(rf"(?<![\w.<-])/({MACHINES})/\w") == []


def test_each_check_that_is_switched_off_says_why():
    silent_lint = r"# noqa(: ?[A-Z]+\d+(, ?[A-Z]+\d+)*)?\s*$"
    silent_type = r"# type: ignore(\[[\w, -]+\])?\s*$"
    assert tracked_lines(f"{silent_lint}|{silent_type}") == []


def test_what_belongs_to_the_shop_or_its_machine_is_never_tracked():
    private = ["instance/suki.db", "instance/demo/suki.db-wal", ".env", "x.mo", ".venv/x", "test-results/x"]
    assert git("check-ignore", *private) == private


def test_the_example_settings_change_nothing_until_they_are_chosen():
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_make_has_every_command_and_adds_nothing():
    makefile = (ROOT / "Makefile").read_text()
    recipes = re.findall(r"^([\w-]+): ; @\$\(PYTHON\) tasks\.py ?([\w-]*)", makefile, re.MULTILINE)
    assert dict(recipes) == {"help": "", **{name: name for name in tasks.COMMANDS}}


def test_a_change_lands_only_when_checks_and_tests_pass():
    gate = ROOT / ".ci" / "run"
    assert "set -euo pipefail" in gate.read_text()
    assert re.findall(r"make (check|test)$", gate.read_text(), re.MULTILINE) == ["check", "test"]
    assert os.name == "nt" or gate.stat().st_mode & stat.S_IXUSR


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A copy of what setting up reads, and a list of the commands that would have been run."""
    commands = []

    def note(*command, env=None):
        commands.append(" ".join(map(str, command)))
        return 0

    places = {"ROOT": "", "VENV": ".venv", "PYTHON": ".venv/python", "STAMP": ".venv/stamp"}
    for name, place in places.items():
        monkeypatch.setattr(tasks, name, tmp_path / place)
    monkeypatch.setattr(tasks, "run", note)
    monkeypatch.setattr(tasks, "find_pip", lambda: ["pip"])
    monkeypatch.setattr(tasks, "compile_program", lambda: None)
    (tmp_path / ".venv").mkdir()
    for name in (".venv/python", ".venv/pyvenv.cfg", *tasks.DEV):
        (tmp_path / name).write_text(name)
    return tmp_path, commands


def test_a_second_setup_installs_nothing(house):
    _, commands = house
    tasks.prepare(tasks.RUNTIME)
    assert len(commands) == 1
    assert "install --require-hashes --only-binary :all:" in commands.pop()
    tasks.prepare(tasks.RUNTIME)
    assert commands == []


def test_what_the_tests_need_holds_what_the_shop_needs(house):
    _, commands = house
    tasks.prepare(tasks.DEV)
    commands.clear()
    tasks.prepare(tasks.RUNTIME)
    assert commands == []


@pytest.mark.parametrize("changed", ["requirements.txt", ".venv/pyvenv.cfg"])
def test_a_new_lock_or_another_python_is_installed(house, changed):
    folder, commands = house
    tasks.prepare(tasks.RUNTIME)
    (folder / changed).write_text("another")
    tasks.prepare(tasks.RUNTIME)
    assert len(commands) == 2


def test_the_program_is_compiled_for_a_server_whose_user_may_not_write_beside_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for name in tasks.PROGRAM:
        assert (ROOT / name).exists()
        file = tmp_path / name if name.endswith(".py") else tmp_path / name / "room" / "one.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    tasks.compile_program()
    compiled = {file.parents[1].relative_to(tmp_path).parts[:1] for file in tmp_path.rglob("*.pyc")}
    assert len(list(tmp_path.rglob("*.pyc"))) == len(tasks.PROGRAM)
    assert compiled == {(), ("blueprints",), ("models",), ("migrations",)}


def test_who_may_not_write_beside_the_program_goes_on_without_compiling_it(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(tasks, "PROGRAM", ("app.py",))
    (tmp_path / "app.py").write_text("")
    (tmp_path / "__pycache__").write_text("no folder: root, too, can put nothing into it")
    tasks.compile_program()
    assert capfd.readouterr() == ("", "")


def test_words_are_compiled_when_they_are_newer(house):
    folder, commands = house
    tasks.prepare(tasks.RUNTIME)
    words = folder / "translations" / "fil" / "LC_MESSAGES" / "messages.po"
    words.parent.mkdir(parents=True)
    words.write_text("")
    tasks.prepare(tasks.RUNTIME)
    assert "compile" in commands.pop()
    words.with_suffix(".mo").write_text("")
    os.utime(words, (1, 1))
    commands.clear()
    tasks.prepare(tasks.RUNTIME)
    assert commands == []


def test_a_taken_port_is_named_with_the_way_to_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(SystemExit) as stopped:
            tasks.listening(port, {})
    assert f"Port {port} is taken" in str(stopped.value)
    assert "PORT=5001 make demo" in str(stopped.value)


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(SystemExit, match="A port is a number"):
        tasks.listening(port, {})


def test_the_shop_listens_where_its_settings_say(house):
    folder, _ = house
    port = str(free_port())
    (folder / ".env").write_text(f'#FLASK_RUN_PORT=1\nFLASK_RUN_PORT={port}\nFLASK_BASE_URL="https://example.com"\n')
    env = tasks.listening(None, tasks.shop_settings())
    assert (env["FLASK_RUN_PORT"], env["FLASK_BASE_URL"]) == (port, "https://example.com")


def test_links_follow_another_port():
    port = str(free_port())
    assert tasks.listening(port, {})["FLASK_BASE_URL"] == f"http://127.0.0.1:{port}"


def test_a_demo_knows_nothing_of_the_shop(monkeypatch):
    monkeypatch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", "sqlite:///shop.db")
    monkeypatch.setenv("FLASK_MAIL_SERVER", "smtp.example.com")
    env = tasks.demo_settings()
    ours = {name for name in env if name.startswith("FLASK_")}
    assert ours - {"FLASK_RUN_HOST", "FLASK_RUN_PORT"} == {"FLASK_SKIP_DOTENV", "FLASK_INSTANCE_PATH"}
    assert Path(env["FLASK_INSTANCE_PATH"]) == ROOT / "instance" / "demo"


def test_help_is_what_a_bare_call_gives():
    answer = subprocess.run([sys.executable, "tasks.py"], cwd=ROOT, capture_output=True, check=True)
    assert [name for name in tasks.COMMANDS if f"    {name}" not in answer.stdout.decode()] == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p style='color: red'>", "style-src"),
        ("<script>throw 1</script>", "script-src"),
        ("<img src='/missing.png'>", "404"),
        ("<a href='/'>nothing wrong</a>", ""),
    ],
)
def test_what_no_page_may_do_is_noticed_by_the_browser(chromium, body, fault):
    page = chromium.new_page()
    faults = watch(page)
    policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'"
    headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
    page.route("**/missing.png", lambda route: route.fulfill(status=404))
    page.route("**/desk", lambda route: route.fulfill(status=409, body=body, headers=headers))
    page.goto("http://localhost/desk", wait_until="networkidle")
    page.close()
    assert bool(faults) == bool(fault)
    assert fault in "".join(faults)
