"""Git's usual errors."""

import re

from picode.providers.demo.finding import Finding, Rule, first
from picode.providers.demo.record import Record

# A failure is Git's when its command or one of its own words is there.
MINE = re.compile(r"\bgit\b")

RULES = (
    Rule(r"not a git repository", "This directory is in no Git repository.", "git init"),
    Rule(r"CONFLICT \([^)]*\): Merge conflict in (?P<path>.+)",
         "Both sides changed {path}, and Git cannot choose. Edit the marked places, then `git add` it and go on.",
         "git status"),
    Rule(r"(?:you have unmerged|unmerged files|not possible because you have unmerged)",
         "A merge is not finished: some files still have conflicts.", "git diff --name-only --diff-filter=U"),
    Rule(r"Your branch and '[^']+' have diverged|Need to specify how to reconcile divergent branches",
         "Your branch and the remote one both have commits that the other lacks.", "git pull --rebase"),
    Rule(r"\[rejected\].*\((?:fetch first|non-fast-forward)\)",
         "The remote branch has commits that you do not have, so the push was rejected.", "git pull --rebase"),
    Rule(r"\[(?:remote )?rejected\].*\((?P<why>[^)]+)\)", "The remote refused the push: {why}."),
    Rule(r"The current branch (?P<branch>\S+) has no upstream branch",
         "The branch {branch} is not connected to a remote one yet.", "git push --set-upstream origin {branch}"),
    Rule(r"There is no tracking information for the current branch",
         "This branch is not connected to a remote one.", "git branch -vv"),
    Rule(r"ambiguous argument '(?P<what>[^']+)': unknown revision",
         "Git knows no commit, branch or tag named {what}.", "git branch --all"),
    Rule(r"bad revision '(?P<what>[^']+)'", "Git knows no commit, branch or tag named {what}.", "git branch --all"),
    Rule(r"pathspec '(?P<what>[^']+)' did not match any file",
         "Git knows no branch and no file named {what}.", "git branch --all"),
    Rule(r"invalid reference: (?P<what>\S+)", "Git knows no branch named {what}.", "git branch --all"),
    Rule(r"a branch named '(?P<what>[^']+)' already exists", "The branch {what} is there already.",
         "git switch {what}"),
    Rule(r"local changes to the following files would be overwritten",
         "You have changes that are not committed, and this would overwrite them. Commit them, or put them aside.",
         "git stash"),
    Rule(r"untracked working tree files would be overwritten",
         "Files that Git does not know are in the way.", "git status"),
    Rule(r"nothing to commit|nothing added to commit", "There is nothing to commit: nothing is staged.", "git status"),
    Rule(r"Please tell me who you are|Author identity unknown|empty ident name",
         "Git does not know your name and address yet.", "git config --global --edit"),
    Rule(r"refusing to merge unrelated histories", "The two histories have no commit in common."),
    Rule(r"index\.lock': File exists",
         "Another Git is at work here, or one died and left its lock.", "pgrep -a git"),
    Rule(r"Permission denied \(publickey", "The server does not accept your SSH key.", "ssh-add -l"),
    Rule(r"Authentication failed for|could not read Username", "The server did not accept your login."),
    Rule(r"repository '(?P<url>[^']+)' not found|Repository not found",
         "The remote repository is not there, or you may not see it.", "git remote -v"),
    Rule(r"does not appear to be a git repository", "The remote's address is wrong.", "git remote -v"),
    Rule(r"'(?P<what>[^']+)' is not a git command.*\n+The most similar commands? (?:is|are)\n\s+(?P<near>\S+)",
         "Git has no command {what}; {near} is near.", "git {near}"),
    Rule(r"'(?P<what>[^']+)' is not a git command", "Git has no command {what}.", "git help --all"),
    Rule(r"detected dubious ownership in repository at '(?P<path>[^']+)'",
         "The repository belongs to somebody else, so Git does not trust it.",
         "git config --global --add safe.directory {path}"),
    Rule(r"pre-commit hook|hook declined|husky", "A hook of this repository stopped it; its words are above."),
)  # fmt: skip


def explain(record: Record) -> Finding | None:
    if record.command and not MINE.search(record.command) and "fatal:" not in record.output:
        return None
    return first(RULES, record)
