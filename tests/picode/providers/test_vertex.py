"""Vertex over HTTP: Gemini and Claude, each in its own form, with a token."""

import json
from pathlib import Path

import pytest

from picode.config.schema import Models
from picode.credentials import Credentials
from picode.messages import StreamEvent
from picode.providers import catalog
from picode.providers.base import ModelFailed
from picode.providers.http import Http, Waits
from picode.providers.registry import Providers
from picode.providers.vertex import Vertex
from support.model_calls import KEY, collect, request, said, vertex
from support.model_chaos import FAULTS, WHOLE, Fault
from support.model_server import ModelServer, Script, say
from support.rich_answers import SAME_WIRES, Rich, draft

TRIED = [fault for fault in FAULTS if fault.said in (
    "500", "429 with Retry-After: 7", "401", "hangs up before the answer", "hangs up in the middle of the stream",
    "hangs up behind the last event", "a web page", "an error in the middle of the stream",
)]  # fmt: skip


@pytest.fixture(params=["vertex", "vertex-claude"])
def rich(request: pytest.FixtureRequest) -> Rich:
    return SAME_WIRES[request.param]


@pytest.mark.parametrize("cut", [0, 1, 7])
async def test_both_forms_come_whole_however_they_are_cut(
    rich: Rich, model_server: ModelServer, cut: int
) -> None:
    model_server.enqueue(Script(*rich.script.steps, usage=rich.script.usage, slice=cut))
    provider = vertex(model_server.url)
    answer = draft(await collect(provider.stream(request(model=rich.model))))
    await provider.http.close()
    assert answer.content == rich.whole
    assert answer.usage.cost.total == pytest.approx(rich.cost)


async def test_each_is_asked_at_its_publisher_s_address(model_server: ModelServer) -> None:
    model_server.enqueue(say("Hello."), say("Hello."))
    provider = vertex(model_server.url)
    await collect(provider.stream(request(model="gemini-3.5-flash")))
    await collect(provider.stream(request(model="claude-sonnet-5-5@20260101")))
    await provider.http.close()
    gemini, claude = model_server.wait_for(2)
    place = "/v1/projects/mine/locations/eu/publishers"
    assert (gemini.path, gemini.query) == (
        f"{place}/google/models/gemini-3.5-flash:streamGenerateContent",
        "alt=sse",
    )
    assert claude.path == f"{place}/anthropic/models/claude-sonnet-5-5@20260101:streamRawPredict"
    assert gemini.headers["authorization"] == claude.headers["authorization"] == f"Bearer {KEY}"
    assert (claude.body["anthropic_version"], claude.body["stream"]) == ("vertex-2023-10-16", True)
    assert "model" not in claude.body


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("", "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers"),
        (
            "europe-west4",
            "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/publishers",
        ),
    ],
)
def test_the_address_goes_by_the_location(location: str, address: str) -> None:
    made = Vertex(Http(Waits()), catalog.load(), {"GOOGLE_CLOUD_LOCATION": location})
    assert made.place("p") == address


@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.said)
async def test_faults_end_in_their_kinds(rich: Rich, model_server: ModelServer, fault: Fault) -> None:
    model_server.enqueue(fault.script("anthropic") or Script())
    provider = vertex(model_server.url)
    events: list[StreamEvent] = []
    kind = told = WHOLE
    try:
        async for made in provider.stream(request(model=rich.model)):
            events.append(made)
    except ModelFailed as failure:
        kind, told = failure.kind, str(failure)
    await provider.http.close()
    assert (kind, len(said(events).split())) == (fault.kind, fault.words)
    assert KEY not in told


async def test_it_is_listed_where_a_project_is_named_and_never_taken_by_itself(home: Path) -> None:
    file = home / "account.json"
    environ = {"GOOGLE_APPLICATION_CREDENTIALS": str(file), "GOOGLE_CLOUD_PROJECT": "mine"}
    providers = Providers(Models(), Credentials(home / "credentials", environ), environ)
    [info] = [info for info in providers.models() if info.name == "vertex/gemini-3.5-flash"]
    assert (info.usable, "There are no credentials of Google Cloud" in info.why) == (False, True)
    file.write_text(json.dumps({"type": "service_account", "client_email": "a", "private_key": "b"}))
    [info] = [info for info in providers.models() if info.name == "vertex/gemini-3.5-flash"]
    assert (info.usable, info.why) == (True, str(file))
    assert providers.default() == "demo/demo"
    provider, info = providers.resolve("vertex/claude-sonnet-5-5@20260101")
    assert (provider.api, info.name) == ("anthropic-messages", "vertex/claude-sonnet-5-5@20260101")
    await providers.close()
    nowhere = Providers(Models(), Credentials(home / "credentials", {}), {"HOME": str(home)})
    assert not any(info.name.startswith("vertex/") for info in nowhere.models())
    await nowhere.close()


async def test_a_project_that_nobody_names_is_told(home: Path) -> None:
    file = home / "account.json"
    file.write_text(json.dumps({"type": "service_account", "client_email": "a", "private_key": "b"}))
    environ = {"GOOGLE_APPLICATION_CREDENTIALS": str(file)}
    made = Vertex(Http(Waits()), catalog.load(), environ)
    assert made.ready() == (False, "no project: set GOOGLE_CLOUD_PROJECT")
    with pytest.raises(ModelFailed, match="Set GOOGLE_CLOUD_PROJECT"):
        await collect(made.stream(request(model="gemini-3.5-flash")))
