"""A model reads an image: it is made to fit, sent, and kept in the conversation as pi keeps it."""

import base64
import io
import json
import subprocess
from pathlib import Path

from PIL import Image

from picode import paths
from support.daemon import Running, executable
from support.model_script import Call, Script
from support.model_server import ModelServer, say
from support.pi_files import image

NOTE = "[Image: original 3000x1000, displayed at 2000x667. Multiply coordinates by 1.50 to map to original image.]"


def test_an_image_that_a_model_reads_is_made_to_fit_and_sent(
    where: paths.Paths, home: Path, model_server: ModelServer
) -> None:
    project = home / "project"
    project.mkdir()
    (project / "shot.png").write_bytes(image("PNG", 3000, 1000))
    model_server.enqueue(Script(Call("read", {"path": "shot.png"})), say("A gradient."))
    daemon = Running(where, {"ANTHROPIC_API_KEY": "x", "ANTHROPIC_BASE_URL": model_server.url}).start()
    try:
        done = subprocess.run(
            [executable(), "-p", "What is in shot.png?"], capture_output=True, text=True, cwd=project, timeout=60,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.stdout == "A gradient.\n", done.stderr
    finally:
        daemon.stop()
    [_, second] = model_server.wait_for(2)
    [result] = [block for block in second.body["messages"][-1]["content"] if block["type"] == "tool_result"]
    words, picture = result["content"]
    assert words["text"] == f"Read image file [image/png]\n{NOTE}"
    with Image.open(io.BytesIO(base64.b64decode(picture["source"]["data"]))) as sent:
        assert sent.size == (2000, 667)
    [file] = where.sessions.rglob("*.jsonl")
    kept = [json.loads(line)["message"] for line in file.read_text().splitlines() if '"toolResult"' in line]
    assert [block["type"] for block in kept[0]["content"]] == ["text", "image"]
    assert kept[0]["content"][1] == {
        "type": "image", "data": picture["source"]["data"], "mimeType": picture["source"]["media_type"],
    }  # fmt: skip
