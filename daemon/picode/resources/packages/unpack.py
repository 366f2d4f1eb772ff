"""Archives into directories: names that lead out, links that lead out and floods of files are refused."""

import shutil
import tarfile
import zipfile
from pathlib import Path

from picode.errors import BadData, Unavailable

MOST_FILES = 20_000
MOST_BYTES = 200_000_000


def tar(archive: Path, target: Path) -> None:
    """A `.tgz` as npm makes it: its one directory becomes `target`. Raises BadData, Unavailable."""
    if not hasattr(tarfile, "data_filter"):
        raise Unavailable(
            "This Python unpacks archives without looking at them.", "Use Python 3.11.4 or newer."
        )
    inside = target.with_name(f"{target.name}.unpacked")
    try:
        with tarfile.open(archive, "r:*") as opened:
            _bound(archive, [member.size for member in opened])
            opened.extractall(inside, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        shutil.rmtree(inside, ignore_errors=True)
        raise BadData(f"{archive.name} cannot be unpacked: {error}.", "Nothing was installed.") from error
    directories = list(inside.iterdir())
    only = directories[0] if len(directories) == 1 and directories[0].is_dir() else inside
    only.rename(target)
    shutil.rmtree(inside, ignore_errors=True)


def wheel(archive: Path, target: Path) -> None:
    """A wheel is an archive of files; nothing of it is compiled or run. Raises BadData."""
    try:
        with zipfile.ZipFile(archive) as opened:
            _bound(archive, [member.file_size for member in opened.infolist()])
            for name in opened.namelist():
                if name.startswith("/") or ".." in Path(name).parts:
                    raise BadData(
                        f"{archive.name} holds {name!r}, which leads out of it.", "Nothing was installed."
                    )
            opened.extractall(target)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise BadData(f"{archive.name} cannot be unpacked: {error}.", "Nothing was installed.") from error


def _bound(archive: Path, sizes: list[int]) -> None:
    if len(sizes) > MOST_FILES or sum(sizes) > MOST_BYTES:
        raise BadData(
            f"{archive.name} holds more than {MOST_FILES:,} files or {MOST_BYTES // 1_000_000} MB.",
            "That is no package of texts; nothing was installed.",
        )
