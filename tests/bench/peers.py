"""Our server beside other image servers, in a script that the environment variable PEERS_BENCH names.

The script's inputs are many links to three files. Here each becomes a content of its own by a comment inside, so that no
picture of one has been made for another.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from contextlib import AbstractContextManager, ExitStack
from html import unescape
from pathlib import Path

import requests

from tests.commands import free_port, served, viewer
from tests.nginx import find_nginx, nginx, running

IDENTIFIER = re.compile(r'data-page-id="([0-9a-f]{24})"\s+src="/i/([\w-]+)/')

PLAIN = """
server {{
    listen 127.0.0.1:{port};
    root {folder}/files;
    default_type image/jpeg;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=10000 inactive=60s;
    open_file_cache_valid 60s;
    location / {{ try_files $uri @made; }}
    location @made {{
        proxy_pass {upstream};
        proxy_store on;
    }}
}}
"""
"""What nginx reaches with files of its own: our very pictures, each got from us when it is asked for first."""


def run(script: Path, arguments: list[str]) -> None:
    """Sets the peers up, then measures them and us; the script prints its own table.

    We are measured twice with an empty cache: with the first pictures that lie beside the originals, and without, so that
    thumbnails are made from the originals too.
    """
    subprocess.run([sys.executable, script, "setup"], check=True)
    inputs = Path(os.environ.get("PEERS_DIR") or Path.home() / ".cache" / "viewer-peers") / "inputs"
    with tempfile.TemporaryDirectory(prefix="bill-viewer-peers-") as name:
        folder = Path(name)
        instance, bare = folder / "instance", folder / "bare"
        userkey = imported(folder, inputs)
        shutil.copytree(instance, bare)
        with ExitStack() as stack:
            process, address = stack.enter_context(served(instance))
            _, other = stack.enter_context(served(bare))
            identifiers = folder / "identifiers.json"
            identifiers.write_text(json.dumps(signed_pages(address, userkey)))
            command = [sys.executable, script, "run", "--extra", f"ours={address}/i", "--extra-map", identifiers]
            command += ["--extra", f"ours from originals={other}/i", "--extra-pid", process.pid]
            command += ["--extra-clear", f"{sys.executable} -m tests.bench.rest {folder}"]
            if program := find_nginx():
                front = stack.enter_context(nginx(program, folder / "nginx", address))
                plain = stack.enter_context(plain_nginx(program, folder / "plain", address))
                command += ["--extra", f"ours behind nginx={front}/i", "--extra", f"our files by nginx={plain}/i"]
            subprocess.run([*map(str, command), *arguments], check=True)


def plain_nginx(program: str, folder: Path, upstream: str) -> AbstractContextManager[str]:
    port = free_port()
    return running(program, folder, PLAIN.format(port=port, folder=folder, upstream=upstream), port)


def imported(folder: Path, inputs: Path) -> str:
    """The userkey of a bill with every input as an invoice, in a new instance below the folder."""
    papers, instance = folder / "papers" / "PEERS" / "1", folder / "instance"
    papers.mkdir(parents=True)
    for path in sorted([*inputs.glob("*.jpg"), *inputs.glob("*.png")]):
        (papers / path.name).write_bytes(commented(path.read_bytes(), path.name.encode()))
    for command in (("init",), ("import", folder / "papers")):
        done = viewer(instance, *command)
        assert done.returncode == 0, done.stderr
    found = re.search(r"[0-9a-f]{32}", done.stdout)
    assert found
    return found[0]


def commented(content: bytes, words: bytes) -> bytes:
    """The same picture with a comment: a JPEG's COM segment or a PNG's tEXt chunk right after what must come first."""
    if content.startswith(b"\xff\xd8"):
        return content[:2] + b"\xff\xfe" + struct.pack(">H", len(words) + 2) + words + content[2:]
    chunk = b"tEXtComment\0" + words
    told = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return content[:33] + told + content[33:]


def signed_pages(address: str, userkey: str) -> dict[str, str]:
    """A file's name → the signed segment under which the page shows its picture."""
    bill = requests.get(f"{address}/api/v1/bills/{userkey}", timeout=60).json()
    names = {
        page["page_id"]: file["name"] for each in bill["invoices"] for file in each["files"] for page in file["pages"]
    }
    page = unescape(requests.get(f"{address}/bills/{userkey}", timeout=60).text)
    return {names[page_id]: segment for page_id, segment in IDENTIFIER.findall(page)}
