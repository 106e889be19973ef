"""One sandbox and one installation for all tests that don't need a special one; bills are what tests don't share."""

from collections.abc import Iterator

import pytest

from tests.clouds import ScriptedCloud, scripted
from tests.installations import Installation, installed
from tests.sandboxes import serving, without_pixels
from tests.tokens import TOKEN_KEYS
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State


@pytest.fixture(scope="session")
def filled_state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The demo's bills without the big one, every picture a PDF, drawn when they are first asked for."""
    kept = State(tmp_path_factory.mktemp("shared-sandbox") / "sandbox.sqlite3")
    for bill in demo_bills()[:-1]:
        kept.put_bill(without_pixels(bill))
    return kept


@pytest.fixture(scope="session")
def shared_cloud(filled_state: State) -> Iterator[ServedApp]:
    with serving(filled_state) as served:
        yield served


@pytest.fixture(scope="session")
def site(shared_cloud: ServedApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with the sandbox as its upstream; an upstream that is slow is given up soon."""
    folder = tmp_path_factory.mktemp("site")
    with installed(folder, cloud=shared_cloud.url, upstream_deadline=2) as installation:
        yield installation


@pytest.fixture
def sandbox(filled_state: State) -> Iterator[State]:
    """The sandbox's state, without any fault before and after."""
    filled_state.faults.clear()
    yield filled_state
    filled_state.faults.clear()


@pytest.fixture(scope="session")
def odd_cloud() -> Iterator[ScriptedCloud]:
    with scripted() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def odd_site(odd_cloud: ScriptedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation whose upstream says what a test wrote; its limits are low, so that tests meet them."""
    limits = {"max_file_bytes": 2_000_000, "max_pixels": 4_000_000, "max_pages": 20, "download_deadline": 1}
    folder = tmp_path_factory.mktemp("odd-site")
    with installed(folder, cloud=odd_cloud.url, upstream_deadline=2, **limits) as installation:
        yield installation


@pytest.fixture(scope="session")
def token_site(odd_cloud: ScriptedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that takes embed tokens only, signed with a key that it shares with an ERP."""
    given = {"access": "token", "token_keys": TOKEN_KEYS, "upstream_deadline": 2}
    with installed(tmp_path_factory.mktemp("token-site"), cloud=odd_cloud.url, **given) as installation:
        yield installation
