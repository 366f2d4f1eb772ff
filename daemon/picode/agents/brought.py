"""What user and project bring to a conversation: instructions, skills, templates. Read anew when it is needed."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from picode.config.schema import Settings
from picode.context import instructions
from picode.protocol.values import Wishes
from picode.resources.collection import Resources, Where, collect, where
from picode.resources.expansion import expand
from picode.resources.origin import Kind
from picode.resources.skills import Skill


class Brought:
    """Of one conversation, whose directory is `cwd`. Every method reads the disk: use a thread."""

    def __init__(
        self, cwd: str, config: Path, settings: Settings, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._cwd, self._config, self._environ = cwd, config, environ
        self.settings = settings
        """Replaced when the settings are read anew."""
        self.found: dict[str, list[str]] = {}
        """More places for skills and prompts, which extensions name."""
        self.wishes = Wishes()
        """Replaced by the next client's."""

    def resources(self) -> Resources:
        """Never raises."""
        return collect(self.where())

    def where(self) -> Where:
        """Where things are looked for."""
        at, wishes = where(self._cwd, self._config, self.settings, self._environ), self.wishes
        named: dict[Kind, list[str]] = {
            "skills": [*wishes.skills, *self.found.get("skills", ())],
            "prompts": [*wishes.prompts, *self.found.get("prompts", ())],
            "extensions": wishes.extensions,
        }
        return replace(at, named=named, unread=wishes.unread)

    def read(self) -> tuple[instructions.Instructions, list[Skill], list[str]]:
        """For the system prompt, with what the user should know. Never raises."""
        at = self.where()
        found, resources = instructions.load(self._cwd, self._config, at.pi), collect(at)
        if "context" in self.wishes.unread:
            found.files.clear()
        return found, resources.skills, [*found.notices, *resources.notices]

    def expand(self, text: str) -> str:
        """The text as the model gets it. Raises PicodeError when it names a skill that there is not."""
        return expand(text, self.resources(), self.settings.resources.skill_commands)
