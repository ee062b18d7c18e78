#!/usr/bin/env python3
"""Stands in for systemctl where no systemd runs: does what a unit says of users, folders and restarts, and no more.

It is copied into a machine that is made for a test, so it needs Python's own library alone."""

import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
RUNNING = Path("/run/units")
Unit = dict[str, list[str]]


def read(name: str) -> Unit:
    """By key, each with its values in their order; an empty one takes back those before it, as in systemd."""
    unit: Unit = {}
    for path in (UNITS / name, *sorted((UNITS / f"{name}.d").glob("*.conf"))):
        for line in path.read_text().splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                unit[key] = [*unit.get(key, []), value] if value else []
    return unit


def of(unit: Unit, key: str, default: str = "") -> str:
    return unit.get(key, [default])[-1]


def spawn(unit: Unit, command: str) -> subprocess.Popen[bytes]:
    user = pwd.getpwnam(of(unit, "User", "root"))
    if folder := of(unit, "StateDirectory"):
        state = Path("/var/lib", folder)
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chown(state, user.pw_uid, user.pw_gid)

    def become() -> None:
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        os.umask(int(of(unit, "UMask", "0022"), 8))

    return subprocess.Popen(
        shlex.split(command.replace("%%", "%")),
        cwd=of(unit, "WorkingDirectory", "/"),
        env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8", "HOME": user.pw_dir},
        preexec_fn=become,  # noqa: PLW1509 (there are no threads here)
        start_new_session=True,
    )


def keep_up(name: str, unit: Unit) -> None:
    """What systemd does by itself for as long as the unit is to run: in a process of its own."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(1))
    while not told:
        process = spawn(unit, of(unit, "ExecStart"))
        (RUNNING / f"{name}.main").write_text(str(process.pid))
        while process.poll() is None and not told:
            time.sleep(0.05)
        if told:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(float(of(unit, "TimeoutStopSec", "90")))
        elif of(unit, "Restart") == "always":
            time.sleep(float(of(unit, "RestartSec", "0.1")))
        else:
            return


def start(name: str) -> None:
    if is_active(name):
        return
    unit = read(name)
    if name.endswith(".timer"):
        read(name.replace(".timer", ".service"))
    elif of(unit, "Type") == "oneshot":
        run_once(unit)
    elif keeper := os.fork():
        (RUNNING / name).write_text(str(keeper))
    else:
        go_behind(name)
        keep_up(name, unit)
        os._exit(0)
    for wanted in " ".join(unit.get("Wants", [])).split():
        if (UNITS / wanted).exists():
            start(wanted)


def run_once(unit: Unit) -> None:
    for command in unit["ExecStart"] + unit.get("ExecStartPost", []):
        if code := spawn(unit, command).wait():
            sys.exit(code)


def go_behind(name: str) -> None:
    os.setsid()
    with Path("/var/log", f"{name}.log").open("ab") as log:  # in the place of the journal
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def stop(name: str) -> None:
    for part in UNITS.glob("*.service"):
        if name in read(part.name).get("PartOf", []):
            stop(part.name)
    if is_active(name):
        keeper = int((RUNNING / name).read_text())
        os.kill(keeper, signal.SIGTERM)
        while is_active(name):
            time.sleep(0.05)


def is_active(name: str) -> bool:
    mark = RUNNING / name
    if not mark.exists():
        return False
    try:
        return Path("/proc", mark.read_text(), "stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def show(name: str) -> None:
    print(name, "active (running)" if is_active(name) else "inactive (dead)")  # noqa: T201 (it is asked to)


def reload_nginx() -> None:
    running = Path("/run/nginx.pid").exists() and Path("/run/nginx.pid").read_text().strip()
    os.execvp("nginx", ["nginx", "-s", "reload"] if running else ["nginx"])


def main(words: list[str]) -> None:
    RUNNING.mkdir(exist_ok=True)
    verb, names = words[0], [word if "." in word else f"{word}.service" for word in words[1:] if word[0] != "-"]
    if verb == "reload" and names == ["nginx.service"]:
        reload_nginx()
    for name in names:
        if verb in ("stop", "restart"):
            stop(name)
        if verb in ("start", "restart") or (verb == "enable" and "--now" in words):
            start(name)
        if verb == "status":
            show(name)
        if verb not in ("start", "stop", "restart", "enable", "status"):
            sys.exit(f"systemctl {verb} is not known here")
    if verb == "status" and not all(map(is_active, names)):
        sys.exit(3)


if __name__ == "__main__":
    main(sys.argv[1:])
