# PiCode in fish (3.6 or newer). The lines before this one say where PiCode is: __picode_python, __picode_stdlib,
# __picode_package. Sourced from config.fish; it does nothing in a shell that is not interactive.

if status is-interactive; and test "$__picode_loaded" != $fish_pid
set -gu __picode_loaded $fish_pid

# --- The recorder: becomes this terminal's process once, and starts the shell again on a PTY of its own.

function __picode_record
    test -z "$PICODE_NO_RECORD"; and test -t 1; and test -t 2; or return 0
    # `picode init fish | source`: the pipe is this file's standard input, and not the shell's
    test -t 0; or test /proc/$fish_pid/fd/0 -ef /dev/fd/2; or return 0
    test -n "$ZELLIJ"; or test "$PICODE_RECORD" = 1; or return 0
    test -n "$PICODE_TTY"; and test /dev/fd/2 -ef "$PICODE_TTY"; and return 0
    set -l start $__picode_package/terminal/start.py
    for file in $__picode_python $__picode_stdlib/os.py $start
        if not test -r $file
            printf 'picode: this shell is not recorded: %s is gone. Run "picode setup" again.\n' $file >&2
            return 0
        end
    end
    if test -z "$TERM" -o "$TERM" = dumb
        printf 'picode: this shell is not recorded: the terminal is "dumb".\n' >&2
        return 0
    end
    set -l name fish
    status is-login; and set name -fish
    if test -x $__picode_python
        exec $__picode_python -I -S $start fish (status fish-path) $name </dev/tty
    end
    printf 'picode: this shell is not recorded: %s cannot be started.\n' $__picode_python >&2
end
__picode_record
functions -e __picode_record

# --- The secret: what the shell prints counts as the shell's own only with it, and no program gets it.

set -gu __picode_secret ''
if set -q PICODE_SECRET_FILE
    test -r "$PICODE_SECRET_FILE"; and read -gu __picode_secret <$PICODE_SECRET_FILE
    set -e PICODE_SECRET_FILE
end
# a shell within the recorded one asks the recorder for a secret of its own
if test -z "$__picode_secret" -a -n "$PICODE_TERMINAL" -a -z "$PICODE_NO_RECORD"
    and test -n "$PICODE_TTY"; and test /dev/fd/2 -ef "$PICODE_TTY"
    set -gu __picode_secret ($__picode_python -I -S $__picode_package/terminal/join.py fish $fish_pid 2>/dev/null)
end

# --- Marks: builtins print them, so a prompt starts no process.

function __picode_mark
    set -l fish_trace
    printf '\e]8671;%s;%s\a' $__picode_secret (string join ';' -- $argv)
end

function __picode_quote
    string escape --style=url -- (string join \n -- $argv | string collect)
end

function __picode_begins --on-event fish_preexec
    set -q __picode_133; and printf '\e]133;C\a'
    __picode_mark C '' (__picode_quote $argv[1])
end

function __picode_ended --on-event fish_postexec
    set -l last $status
    __picode_mark D $last
    set -q __picode_133; and printf '\e]133;D;%s\a' $last
end

function __picode_prompted --on-event fish_prompt
    if not set -q __picode_known
        set -gu __picode_known 1
        __picode_bind
        # fish 4 prints the standard marks itself, and others do from an event or in the prompt
        if string match -qr '^[123]\.' -- $version; and test -z "$ITERM_SHELL_INTEGRATION_INSTALLED"
            set -l hooks (functions --handlers-type generic | string replace -rf '^fish_(?:prompt|preexec) ' '')
            set -l hooks fish_prompt (string match -v '__picode_*' -- $hooks)
            string match -qr '\][16]33;' -- (functions $hooks); or set -gu __picode_133 1
        end
    end
    if test "$__picode_place" != "$PWD"
        set -gu __picode_place $PWD
        set -gu __picode_directory (__picode_quote $PWD)
        printf '\e]7;file://%s%s\e\\' $hostname $__picode_directory
    end
    __picode_mark P $__picode_directory $__picode_flags
    set -q __picode_133; and printf '\e]133;A\a'
    return 0
end

# --- Keys

function __picode_send
    set -l last $status
    set -l line (commandline | string collect)
    if test -n "$__picode_secret"
        __picode_mark K send (__picode_quote $line)
    else
        # a recorder above knows other commands than this shell's
        PICODE_TERMINAL='' $__picode_python -I -m picode send --command "$history[1]" --status $last -- "$line" </dev/tty
        commandline -f repaint
    end
    test -n "$line"; or return 0
    __picode_remember $line
    commandline -r ''
end

# fish has no builtin that adds a line to its history: the file is written, and read again
function __picode_remember
    test -z "$fish_private_mode"; or return 0
    set -l name fish
    set -q fish_history; and set name $fish_history
    test -n "$name"; or return 0
    set -l file $__fish_user_data_dir/"$name"_history
    set -l text (string replace -a '\\' '\\\\' -- $argv[1] | string replace -a \n '\\n' | string join '\\n')
    set -l now (__picode_now)
    printf '%s\n' "- cmd: $text" "  when: $now" >>$file
    and builtin history merge
end

function __picode_now
    if test -r /proc/uptime; and test -r /proc/stat
        read -l up _rest </proc/uptime
        while read -l word value
            test "$word" = btime; and break
        end </proc/stat
        math -s0 $value + $up
    else
        command date +%s
    end
end

function __picode_suggest
    test -z "$__picode_secret"; or __picode_mark K suggest
end

function __picode_bind
    set -l send \ea
    set -l suggest \ez
    set -q PICODE_KEY_SEND; and set send $PICODE_KEY_SEND
    set -q PICODE_KEY_SUGGEST; and set suggest $PICODE_KEY_SUGGEST
    for map in default insert
        for key in $send \cxa \e\[86713~
            bind -M $map $key __picode_send
        end
        for key in $suggest \cxz \e\[86714~
            bind -M $map $key __picode_suggest
        end
        bind -M $map \e\[86712~ 'commandline -f repaint'
    end
    set -gu __picode_flags ''
end

# --- Installation

if test -z "$__picode_secret"
    functions -e __picode_begins __picode_ended __picode_prompted
    if test -n "$ZELLIJ$PICODE_TERMINAL"
        function __picode_late --on-event fish_prompt
            functions -e __picode_late
            __picode_bind
        end
    end
end
end
