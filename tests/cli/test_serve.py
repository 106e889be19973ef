"""`viewer serve` as a process: it serves, it finishes what is under way when it is told to end, and leaves nothing behind."""

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from flask import Response

from tests.cli.conftest import Ended
from tests.clouds import row_of, scripted
from tests.commands import MINUTE, below, families, free_port, held_by, refused, served, until, viewer
from tests.papers import pdf
from viewer.cli.server import free_address
from viewer.gateway.sandbox.catalogue import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET

CREDENTIALS = {"CLIENT_ID": SANDBOX_CLIENT_ID, "CLIENT_SECRET": SANDBOX_CLIENT_SECRET}


def test_it_serves_from_a_process_for_each_core_and_ends_with_all_of_them(instance: Path) -> None:
    with served(instance, WORKERS="2") as (process, url):
        assert requests.get(f"{url}/healthz", timeout=MINUTE).json() == {"status": "ok"}
        ready = requests.get(f"{url}/readyz", timeout=MINUTE)
        assert (ready.status_code, ready.json()["status"]) == (200, "ok")
        page = requests.get(url, timeout=MINUTE)
        assert "发票查看器" in page.text
        assert len([parent for parent in families().values() if parent == process.pid]) >= 2
        started = below(process.pid)

        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=MINUTE)
    assert (process.returncode, out, err) == (0, f"服务地址：{url}/\n", "")
    until(lambda: not started & set(families()))


def test_its_processes_share_most_of_what_they_hold_and_decoders_can_be_forked_before_the_first_picture(
    instance: Path,
) -> None:
    with served(instance, WORKERS="2") as (process, url):
        for _ in range(10):
            assert requests.get(url, timeout=MINUTE).ok
        workers = [child for child, parent in families().items() if parent == process.pid]
        assert len(workers) == 2
        for each in workers:
            until(lambda each=each: any("forkserver" in command_of(child) for child in below(each)))  # type: ignore[misc]
            held = held_by(each)
            assert held["Private_Dirty"] < held["Anonymous"] / 2


def command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_a_request_under_way_is_finished_before_it_ends(instance: Path) -> None:
    arrives = threading.Event()
    content = pdf()

    def slow() -> Response:
        arrives.wait(MINUTE)
        return Response(content, content_type="application/pdf")

    with scripted() as cloud, ThreadPoolExecutor() as pool:
        userkey = cloud.put_list([row_of("slow.pdf", cloud.put_behaviour("slow.pdf", slow), content)])
        with served(instance, WORKERS="1", GATEWAY_URL=cloud.url, **CREDENTIALS) as (process, url):
            address = f"{url}/api/v1/bills/{userkey}?wait=20"
            asking = pool.submit(lambda: requests.get(address, timeout=MINUTE))
            try:
                until(lambda: cloud.asked["slow.pdf"] == 1)
                started = below(process.pid)
                process.send_signal(signal.SIGTERM)
                until(lambda: not listens(url))
                assert not asking.done()
            finally:
                arrives.set()
            answer = asking.result()
            process.communicate(timeout=MINUTE)
    assert answer.status_code == 200
    assert [file["state"] for file in answer.json()["invoices"][0]["files"]] == ["ready"]
    assert process.returncode == 0
    until(lambda: not started & set(families()))


def listens(url: str) -> bool:
    host, _, port = url.rpartition("/")[2].partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_killed_server_leaves_none_of_its_processes_behind(instance: Path) -> None:
    with served(instance, WORKERS="1") as (process, url):
        assert requests.get(f"{url}/readyz", timeout=MINUTE).ok
        started = below(process.pid)
        process.kill()
        process.communicate()
        until(lambda: not started & set(families()))


def test_every_thread_of_a_server_process_leaves_the_end_to_the_one_that_waits_for_it(instance: Path) -> None:
    """A thread that took SIGTERM itself would leave the server half ended, for ever."""
    with served(instance, WORKERS="1") as (process, url):
        assert requests.get(f"{url}/readyz", timeout=MINUTE).ok
        (worker,) = (child for child, parent in families().items() if parent == process.pid)
        assert sum(not blocks_the_end(thread) for thread in Path(f"/proc/{worker}/task").iterdir()) == 1


def blocks_the_end(thread: Path) -> bool:
    """Whether a thread (its folder below /proc) hears neither SIGTERM nor SIGINT; while it waits for them, it does."""
    (blocked,) = re.findall(r"^SigBlk:\s+(\w+)$", (thread / "status").read_text(), re.MULTILINE)
    return all(int(blocked, 16) >> (number - 1) & 1 for number in (signal.SIGTERM, signal.SIGINT))


@pytest.mark.parametrize("moment", [0, 0.1, 0.2, 0.3, 0.4, 0.6])
def test_a_server_that_is_killed_while_a_process_of_it_begins_leaves_none_behind(instance: Path, moment: float) -> None:
    with served(instance, WORKERS="2") as (process, _):
        first = {child for child, parent in families().items() if parent == process.pid}
        os.kill(min(first), signal.SIGKILL)
        until(lambda: bool({child for child, parent in families().items() if parent == process.pid} - first))
        time.sleep(moment)
        started = below(process.pid)
        process.kill()
        process.communicate()
        until(lambda: not started & set(families()))


def test_a_port_that_is_taken_is_one_line(run: Callable[..., Ended]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, line = run("serve", "--port", port)
    assert status == 1
    assert line.startswith(f"127.0.0.1:{port} can't be listened on: ")
    assert line.count("\n") == 1


def test_a_store_that_is_none_is_one_line_and_nothing_listens(instance: Path) -> None:
    done = viewer(instance, "--lang", "en", "serve", "--port", free_port(), BLOB_URL="foo://x")
    assert refused(done).startswith("VIEWER_BLOB_URL is wrong: ")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_it_listens_on_a_name_as_well_as_on_an_address(host: str) -> None:
    assert free_address(host, free_port()) == "127.0.0.1"
