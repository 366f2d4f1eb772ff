"""Node and npm."""

from picode.providers.demo.finding import Finding, Rule, first
from picode.providers.demo.record import Record

RULES = (
    Rule(r"Cannot find module '(?P<what>\.[^']*)'", "Node finds no file {what} from where it is imported."),
    Rule(r"Cannot find (?:module|package) '(?P<what>[^'/][^']*)'", "Node finds no package {what}.",
         "npm install {what}"),
    Rule(r"[Mm]issing script: [\"']?(?P<what>[^\s\"']+)", "package.json has no script {what}.", "npm run"),
    Rule(r"npm (?:ERR!|error) code ENOENT[\s\S]*package\.json", "There is no package.json here.", "npm init"),
    Rule(r"npm (?:ERR!|error) code ERESOLVE", "The versions that the packages ask for do not fit together.", "npm ls"),
)  # fmt: skip


def explain(record: Record) -> Finding | None:
    return first(RULES, record)
