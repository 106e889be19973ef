"""A WSGI app in a thread: it answers at once, fails loudly at the start, and leaves nothing behind."""

import logging
import socket
import time

import pytest
import requests
from flask import Flask

from tests.sandboxes import SECONDS
from viewer.gateway.sandbox.server import serve_in_thread


def hello() -> Flask:
    app = Flask("hello")
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.get("/")
    def greet() -> str:
        return "你好"

    @app.get("/bug")
    def stumble() -> str:
        raise ZeroDivisionError

    return app


def test_it_answers_on_the_port_it_says() -> None:
    with serve_in_thread(hello()) as served:
        assert served.url == f"http://127.0.0.1:{served.port}"
        assert requests.get(served.url, timeout=SECONDS).text == "你好"


def test_it_takes_the_port_it_is_given_and_gives_it_back() -> None:
    with serve_in_thread(hello()) as served:
        port = served.port
    with serve_in_thread(hello(), "127.0.0.1", port) as again:
        assert again.port == port
        assert requests.get(again.url, timeout=SECONDS).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(again.url, timeout=SECONDS)


def test_a_port_that_is_taken_is_an_ordinary_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        serve_in_thread(hello(), port=taken.getsockname()[1])


def test_a_bug_is_logged_and_nothing_is_printed(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.ERROR), serve_in_thread(hello()) as served:
        assert requests.get(f"{served.url}/bug", timeout=SECONDS).status_code == 500
        end = time.monotonic() + SECONDS
        while not caplog.text and time.monotonic() < end:  # the answer goes out before the line is written
            time.sleep(0.01)
    assert "ZeroDivisionError" in caplog.text
    assert capfd.readouterr() == ("", "")
