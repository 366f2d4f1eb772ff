from pathlib import Path

from picode.agents.system_prompt import system_prompt
from picode.context.instructions import ContextFile, Instructions
from picode.messages import ToolSpec
from picode.resources.origin import Origin
from picode.resources.skills import Skill

TOOLS = [ToolSpec("read", "Read a file. More words.", {})]


def prompt(found: Instructions) -> str:
    return system_prompt(found, tools=TOOLS, cwd="/home/u/proj", shell="/usr/bin/fish", now=1_795_210_935_497)


def test_it_names_tools_place_and_day() -> None:
    text = prompt(Instructions())
    assert "- read: Read a file.\n" in text
    assert "The working directory is /home/u/proj. The user's shell is fish" in text
    assert "November 2026" in text
    assert "{" not in text


def test_instructions_stand_in_it_word_for_word() -> None:
    found = Instructions([ContextFile(Path("/p/AGENTS.md"), "Use {tabs}.\n")], append="And be kind.")
    assert "Instructions from /p/AGENTS.md:\n\nUse {tabs}.\n\nAnd be kind.\n\nToday is" in prompt(found)


def test_a_system_file_replaces_our_words_and_keeps_the_rest() -> None:
    text = prompt(Instructions([ContextFile(Path("/p/AGENTS.md"), "Use tabs.")], system="You are a pirate."))
    assert text.startswith("You are a pirate.\n\nInstructions from /p/AGENTS.md:\n\nUse tabs.\n\nToday is")


def test_skills_are_told_only_to_a_model_that_can_read_their_files() -> None:
    known = [Skill("pdf", "Reads them.", Path("/s/pdf/SKILL.md"), Origin("user", "auto", Path("/s")))]
    found = Instructions(append="Last word.")
    with_read = system_prompt(found, tools=TOOLS, cwd="/", shell="", now=0, known=known)
    assert "Last word.\n\nSkills are" in with_read
    assert "<location>/s/pdf/SKILL.md</location>" in with_read
    for tools in ([], [ToolSpec("bash", "Run.", {})]):
        assert "available_skills" not in system_prompt(
            found, tools=tools, cwd="/", shell="", now=0, known=known
        )
