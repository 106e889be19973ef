"""A real nginx with the example of docs/nginx.conf."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.commands import MINUTE, free_port, until

EXAMPLE = Path(__file__).parents[1] / "docs/nginx.conf"
MISSING = "nginx is missing (Debian: apt install nginx-light)"
MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
worker_processes 2;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/viewer.conf;
}}
"""


def find_nginx() -> str | None:
    """The machine's nginx, which Debian keeps from most users' path."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def nginx(program: str, folder: Path, upstream: str, *more: tuple[str, str]) -> Iterator[str]:
    """The example in front of an upstream, with its port and its folder replaced and whatever else is given."""
    port = free_port()
    text = EXAMPLE.read_text("utf-8")
    for old, new in (
        ("/var/cache/nginx-viewer", f"{folder}/cache"),
        ("/var/log/nginx/viewer.log", f"{folder}/access.log"),
        ("/var/log/nginx/viewer-error.log", f"{folder}/error.log"),
        ("127.0.0.1:8000", upstream.removeprefix("http://")),
        ("    listen 80;", f"    listen 127.0.0.1:{port};"),
        *more,
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with running(program, folder, text, port) as url:
        yield url


@contextmanager
def running(program: str, folder: Path, text: str, port: int) -> Iterator[str]:
    """An nginx with these lines in its http block, which let it listen at the port."""
    folder.mkdir()
    (folder / "viewer.conf").write_text(text, "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers could not enter the tests' folder
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), "utf-8")
    said = folder / "said.txt"
    with said.open("wb") as sink:
        process = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"], stderr=sink)
    try:
        until(lambda: process.poll() is not None or listens(port))
        assert process.poll() is None, said.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(MINUTE)


def listens(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=MINUTE)
    try:
        connection.connect()
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
    return True
