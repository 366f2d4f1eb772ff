"""Which request goes to which handler: the whole list."""

from picode.protocol import requests as r
from picode.server.dispatch import Handler
from picode.server.handlers.attending import Attending
from picode.server.handlers.basics import Basics
from picode.server.handlers.completing import Completions
from picode.server.handlers.context import Contexts
from picode.server.handlers.conversing import Conversing
from picode.server.handlers.customs import Customs
from picode.server.handlers.keys import Keys
from picode.server.handlers.lists import Lists
from picode.server.handlers.opening import Opening
from picode.server.handlers.sessions import Sessions
from picode.server.handlers.spending import Spendings
from picode.server.handlers.terminals import Recorders
from picode.server.handlers.timeline import Timelines
from picode.server.handlers.workspace import Workspace
from picode.server.state import Daemon


def table(daemon: Daemon) -> dict[type, Handler]:
    """Every request but `Hello`, which the dispatcher answers itself."""
    basics, conversing, lists, recorders = (
        Basics(daemon),
        Conversing(daemon),
        Lists(daemon),
        Recorders(daemon),
    )
    daemon.explorers.send = conversing.send
    sessions, workspace, timelines = Sessions(daemon), Workspace(daemon), Timelines(daemon)
    attending, customs = Attending(daemon), Customs(daemon)
    person = attending.by_a_person
    return {
        r.Ping: basics.ping,
        r.GetStatus: basics.status,
        r.Shutdown: basics.shutdown,
        r.Open: conversing.open,
        r.Look: conversing.look,
        r.Replay: conversing.replay,
        r.Attend: attending.attend,
        r.Ask: person(conversing.ask),
        r.Send: person(conversing.send),
        r.GetSuggestion: conversing.suggestion,
        r.Cancel: conversing.cancel,
        r.Answer: person(conversing.answer),
        r.SettlePreview: person(conversing.settle_preview),
        r.AnswerDialog: person(customs.answer_dialog),
        r.PressShortcut: person(customs.press),
        r.RunCommand: person(conversing.run_command),
        r.SetModel: conversing.set_model,
        r.SetThinking: conversing.set_thinking,
        r.LendKey: conversing.lend_key,
        r.Unlock: Keys(daemon).unlock,
        r.Tune: conversing.tune,
        r.GetLines: sessions.lines,
        r.Compact: conversing.compact,
        r.InsertInput: conversing.insert_input,
        r.OpenFile: Opening(daemon).file,
        r.GetModels: lists.models,
        r.GetConversations: lists.conversations,
        r.GetFiles: lists.files,
        r.GetPrompts: lists.prompts,
        r.GetSlashCommands: customs.commands,
        r.Reload: customs.reload,
        r.GetSent: lists.sent,
        r.Search: sessions.search,
        r.Export: sessions.export,
        r.Import: sessions.take_in,
        r.Delete: sessions.delete,
        r.GetTree: sessions.tree,
        r.Peek: sessions.peek,
        r.Navigate: sessions.navigate,
        r.Fork: sessions.fork,
        r.Clone: sessions.clone,
        r.SetLabel: sessions.label,
        r.SetName: sessions.name,
        r.SetLayout: workspace.set_layout,
        r.WatchFiles: workspace.watch_files,
        r.TerminalOpened: recorders.opened,
        r.CommandStarted: recorders.started,
        r.CommandFinished: recorders.finished,
        r.TerminalClosed: recorders.closed,
        r.GetTerminals: recorders.all,
        r.GetTimeline: timelines.timeline,
        r.GetBlame: timelines.blame,
        r.GetContext: Contexts(daemon).context,
        r.Complete: Completions(daemon).complete,
        r.GetSpending: Spendings(daemon).spending,
    }


def begin(daemon: Daemon) -> None:
    """What the handlers do before the first request."""
    Conversing(daemon).ask_again()
