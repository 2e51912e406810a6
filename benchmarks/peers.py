"""What people use today to move files, where it is installed: each where it is the quickest that we know of, or near it.

They are looked for on PATH. None of them checks what it moved by digests, and none syncs it to the disk. `iperf3` moves no files:
it measures the way.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from benchmarks.ending import gone
from benchmarks.place import Place
from benchmarks.workloads import Load, files_of

#: Seconds for a server to accept connections.
_PATIENCE = 20.0
_NGINX = """daemon off; worker_processes auto; pid {home}/nginx.pid; error_log {home}/error.log; {user}
events {{ worker_connections 512; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_max_body_size 0;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fcgi;
    uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    server {{ listen 127.0.0.1:{port}; root {share}; location / {{ dav_methods PUT; create_full_put_path on; }} }}
}}
"""
_RSYNCD = """use chroot = no
uid = {uid}
gid = {gid}
pid file = {home}/rsyncd.pid
[share]
path = {share}
read only = no
"""
_FTP = "set cmd:fail-exit yes; set ftp:ssl-allow no; open -u anonymous,x -p {port} ftp://127.0.0.1"
Words = Mapping[str, object]


def _curl_up(load: Load, words: Words) -> str:
    """What curl is to send: one of it moves all, on connections that it keeps."""
    return "".join(f'upload-file = "{path}"\nurl = "{_url(path, load, words)}"\n' for path in files_of(load.path))


def _curl_down(load: Load, words: Words) -> str:
    top = load.path.parent
    places = ((path, Path(str(words["target"]), path.relative_to(top))) for path in files_of(load.path))
    return "".join(f'url = "{_url(path, load, words)}"\noutput = "{there}"\n' for path, there in places)


def _url(path: Path, load: Load, words: Words) -> str:
    return f"http://127.0.0.1:{words['port']}/{quote(str(path.relative_to(load.path.parent)))}"


@dataclass(frozen=True)
class Peer:
    """Commands of a server and its client, for `sh`.

    Attributes:
        up, down: by the name of a load, or by "" for all.
        needs: programs. files: what lies in the home before the server starts: text, or what makes it.
    """

    needs: tuple[str, ...]
    serve: str
    up: Mapping[str, str] = field(default_factory=dict)
    down: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str | Callable[[Load, Words], str]] = field(default_factory=dict)

    @property
    def here(self) -> bool:
        return all(map(shutil.which, self.needs))

    def client(self, direction: str, load: str) -> str | None:
        commands = self.up if direction == "up" else self.down
        return commands.get(load, commands.get(""))


_CURL_FILES = {"up.curl": _curl_up, "down.curl": _curl_down}
_CURL = "exec curl -sSf --create-dirs -K {home}/"
PEERS = {
    "rsync": Peer(
        ("rsync",),
        "rsync --daemon --no-detach --address=127.0.0.1 --port={port} --config={home}/rsyncd.conf",
        {"": "exec rsync -a --whole-file {source} rsync://127.0.0.1:{port}/share/"},
        {"": "exec rsync -a --whole-file rsync://127.0.0.1:{port}/share/{name} {target}/"},
        {"rsyncd.conf": _RSYNCD},
    ),
    "nginx": Peer(
        ("nginx", "curl"),
        "nginx -e {home}/error.log -p {home} -c {home}/nginx.conf",
        {"": f"{_CURL}up.curl -Z --parallel-max 4"},
        {"": f"{_CURL}down.curl -Z --parallel-max 4"},
        {"nginx.conf": _NGINX, **_CURL_FILES},
    ),
    "http.server": Peer(
        ("python3", "curl"),
        "python3 -m http.server --bind 127.0.0.1 -d {share} {port}",
        down={"large": f"{_CURL}down.curl"},
        files=_CURL_FILES,
    ),
    "lftp": Peer(
        ("lftp", "ftpbench"),
        '"$(dirname "$(command -v ftpbench)")/python" -m pyftpdlib -i 127.0.0.1 -p {port} -d {share} -w',
        {"large": f"exec lftp -c '{_FTP}; put {{source}}'"},
    ),
    "copyparty": Peer(
        ("copyparty", "curl", "tar"),
        "copyparty -q --wram --http-only -i 127.0.0.1 -p {port} -v {share}::A",
        down=dict.fromkeys(("small", "library"), 'curl -sSf "http://127.0.0.1:{port}/{name}/?tar" | tar -x -C {target}'),
    ),
    "iperf3": Peer(
        ("iperf3",),
        "iperf3 -s -B 127.0.0.1 -p {port}",
        {"large": "exec iperf3 -c 127.0.0.1 -p {port} -n {size}"},
    ),
}


@contextmanager
def serving(name: str, direction: str, load: Load, place: Place) -> Iterator[tuple[int, list[str]]]:
    """The id of that peer's server, and the command of its client."""
    peer = PEERS[name]
    words = {
        "share": place.share,
        "target": place.target,
        "home": place.home,
        "source": load.path,
        "name": load.name,
        "size": load.size,
        "port": _free_port(),
        "uid": os.getuid(),
        "gid": os.getgid(),
        "user": "" if os.getuid() else "user root;",
    }
    for file, text in peer.files.items():
        (place.home / file).write_text(text(load, words) if callable(text) else text.format_map(words))
    command = peer.client(direction, load.name)
    assert command is not None
    with (place.home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {peer.serve.format_map(words)}"],
            cwd=place.home,
            env=place.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    with gone(process) as server:
        _wait(server, int(str(words["port"])), place.home / "server.log")
        yield server.pid, ["sh", "-c", command.format_map(words)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server did not start: {log.read_text(errors='replace')[-500:]}")
