"""A public client of the task API, an MCP server before the service, makes tasks here by its settings alone."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

TOOLS = Path(__file__).parents[2] / ".venv" / "node" / "node_modules"
NODE = TOOLS / ".bin" / "node"
CLIENT = TOOLS / "@felores" / "kie-ai-mcp-server" / "dist" / "index.js"
PATIENCE = 60
"""Seconds after which a client that hangs is ended."""

pytestmark = pytest.mark.skipif(not (NODE.exists() and CLIENT.exists()), reason="make .venv/.node installs the client")


class Client:
    """Calls the client's tools, line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._number = 0

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a request."""
        self._number += 1
        self._say({"id": self._number, "method": method, "params": params})
        for line in self._process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self._number:
                return answer["result"]
        raise AssertionError("the client has ended")

    def greet(self) -> None:
        """Begin the session."""
        who = {"name": "test", "version": "1"}
        self.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=who)
        self._say({"method": "notifications/initialized"})

    def call(self, tool: str, **arguments: Any) -> Any:
        """What a tool says."""
        return json.loads(self.ask("tools/call", name=tool, arguments=arguments)["content"][0]["text"])

    def _say(self, message: dict[str, Any]) -> None:
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0"} | message) + "\n")
        self._process.stdin.flush()


@pytest.fixture
def client(instant: str, tmp_path: Path) -> Iterator[Client]:
    """The client, as its documentation has it set up, but for the base URL."""
    settings = {
        "KIE_AI_API_KEY": "sim-public-tasks",
        "KIE_AI_BASE_URL": f"{instant}/api/v1",
        "KIE_AI_CALLBACK_URL": f"{instant}/_sim/inbox/public-tasks",
        "KIE_AI_DB_PATH": str(tmp_path / "tasks.db"),
        "KIE_AI_ALLOW_DIRECT_GENERATION": "true",
    }
    with subprocess.Popen(
        [NODE, CLIENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | settings,
    ) as process:
        clock = Timer(PATIENCE, process.kill)
        clock.start()
        try:
            made = Client(process)
            made.greet()
            yield made
        finally:
            clock.cancel()
            process.kill()


def test_tasks_are_made_and_looked_at(client: Client, instant: str) -> None:
    """Pictures from a prompt, pictures and a video from one of them; each is read back as it was asked for."""
    pictures = client.call("midjourney_generate", prompt="a fox in snow", speed="fast", stylization=250)
    urls = results(client, pictures, "mj_txt2img", 4)
    again = client.call("midjourney_generate", prompt="the same at night", speed="turbo", fileUrls=[urls[1]])
    results(client, again, "mj_img2img", 4)
    video = client.call(
        "midjourney_generate", prompt="it runs", high_definition_video=True, fileUrls=[urls[2]], videoBatchSize=2
    )
    (first, _) = results(client, video, "mj_video_hd", 2)
    with build_opener(ProxyHandler({})).open(Request(first, method="HEAD"), timeout=30) as answer:
        assert answer.headers["Content-Type"] == "video/mp4"


def test_what_is_refused_is_told_in_our_words(client: Client) -> None:
    """The message of the envelope reaches whoever uses the client."""
    refused = client.call("midjourney_generate", prompt="bannedword", speed="fast")
    assert (refused["success"], "'bannedword' is not allowed" in refused["error"]) == (False, True)


def results(client: Client, created: Any, kind: str, number: int) -> list[str]:
    """The URLs of a task's results, as the client has read its record."""
    assert created["success"], created
    record = client.call("get_task_status", task_id=created["task_id"])["api_response"]["data"]
    assert (record["taskType"], record["successFlag"]) == (kind, 1)
    urls = [one["resultUrl"] for one in record["resultInfoJson"]["resultUrls"]]
    assert len(urls) == number
    return urls
