"""Packages in every form that they come in, and registries on loopback that hand them out."""

import base64
import hashlib
import http.server
import io
import json
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SKILL = "---\nname: {name}\ndescription: What {name} is for.\n---\n\nDo {name}.\n"


def files(name: str = "greet") -> dict[str, str]:
    """A skill, a template and a script that would leave a trace if anything ran it."""
    trace = "import pathlib; pathlib.Path.home().joinpath('ran').touch()"
    return {
        f"skills/{name}/SKILL.md": SKILL.format(name=name),
        "prompts/review.md": "Review $1.",
        "package.json": json.dumps({
            "name": name, "version": "1.0.0",
            "scripts": dict.fromkeys(("preinstall", "install", "postinstall", "prepare", "prepack"), "touch ~/ran"),
        }),
        "setup.py": trace,
    }  # fmt: skip


def write(directory: Path, content: dict[str, str]) -> Path:
    for name, text in content.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    return directory


def tarball(content: dict[str, str], top: str = "package") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in content.items():
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def wheel(name: str, version: str, content: dict[str, str]) -> bytes:
    meta = f"{name}-{version}.dist-info"
    records = {
        **content,
        f"{meta}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{meta}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    records[f"{meta}/RECORD"] = "".join(f"{path},,\n" for path in records)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in records.items():
            archive.writestr(path, text)
    return buffer.getvalue()


def repository(directory: Path, content: dict[str, str], *tags: str) -> Path:
    """A Git repository with one commit, and a tag at it."""
    write(directory, content)
    for command in (
        ["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "one"], *(["tag", tag] for tag in tags)
    ):  # fmt: skip
        git(directory, *command)
    return directory


def git(directory: Path, *arguments: str) -> None:
    named = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(
        ["git", "-C", str(directory), *named, *arguments], check=True, capture_output=True, timeout=60
    )


class Registry:
    """Answers as npm's registry and as Python's simple index; `asked` are the paths that were asked for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []
        self.pages: dict[str, tuple[str, bytes]] = {}

    def npm(self, name: str, *versions: tuple[str, dict[str, str]]) -> None:
        told = {}
        for version, content in versions:
            archive = tarball(content)
            path = f"/{name}/-/{version}.tgz"
            self.pages[path] = ("application/octet-stream", archive)
            dist = {
                "tarball": self.url + path, "shasum": hashlib.sha1(archive).hexdigest(),
                "integrity": "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode(),
            }  # fmt: skip
            told[version] = {
                "name": name,
                "version": version,
                "dist": dist,
                "scripts": {"postinstall": "touch ~/ran"},
            }
        page = {"name": name, "versions": told, "dist-tags": {"latest": versions[-1][0]}}
        self.pages["/" + name.replace("/", "%2f")] = ("application/json", json.dumps(page).encode())

    def pip(self, name: str, *files: tuple[str, bytes]) -> None:
        links = ""
        for file, content in files:
            self.pages[f"/files/{file}"] = ("application/octet-stream", content)
            links += (
                f'<a href="{self.url}/files/{file}#sha256={hashlib.sha256(content).hexdigest()}">{file}</a>\n'
            )
        self.pages[f"/simple/{name}/"] = (
            "text/html",
            f"<!DOCTYPE html><html><body>{links}</body></html>".encode(),
        )


@contextmanager
def registry() -> Iterator[Registry]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            kind, content = found.pages.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Registry(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
