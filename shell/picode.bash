# PiCode in bash (4.4 or newer). The lines before this one say where PiCode is: __picode_python, __picode_stdlib,
# __picode_package. Sourced from ~/.bashrc; it does nothing in a shell that is not interactive.
# shellcheck shell=bash disable=SC2154

if [[ $- == *i* && ${__picode_loaded-} != "$$" ]]; then
# what `set -a` exports must not hold anything of ours
__picode_allexport=${-//[!a]/}
set +a
__picode_loaded=$$

# --- The recorder: becomes this terminal's process once, and starts the shell again on a PTY of its own.

__picode_record() {
    [[ -z ${PICODE_NO_RECORD-} && -z ${BASH_EXECUTION_STRING-} && -t 0 && -t 1 && -t 2 ]] || return 0
    [[ -n ${ZELLIJ-} || ${PICODE_RECORD-} == 1 ]] || return 0
    [[ -n ${PICODE_TTY-} && /dev/fd/0 -ef ${PICODE_TTY-} ]] && return 0
    local start=$__picode_package/terminal/start.py file argv=()
    for file in "$__picode_python" "$__picode_stdlib/os.py" "$start"; do
        if [[ ! -r $file ]]; then
            printf 'picode: this shell is not recorded: %s is gone. Run "picode setup" again.\n' "$file" >&2
            return 0
        fi
    done
    if [[ ${TERM:-dumb} == dumb ]]; then
        printf 'picode: this shell is not recorded: the terminal is "dumb".\n' >&2
        return 0
    fi
    mapfile -d '' -t argv 2>/dev/null <"/proc/$$/cmdline" || argv=()
    ((${#argv[@]})) || argv=("$0")
    shopt -s execfail
    exec "$__picode_python" -I -S "$start" bash "$BASH" "${argv[@]}" || :
    shopt -u execfail
    printf 'picode: this shell is not recorded: %s cannot be started.\n' "$__picode_python" >&2
    return 0
}
__picode_record
unset -f __picode_record

# --- The secret: what the shell prints counts as the shell's own only with it, and no program gets it.

__picode_secret=
if [[ -n ${PICODE_SECRET_FD-} ]]; then
    IFS= read -r -t 2 -u "$PICODE_SECRET_FD" __picode_secret 2>/dev/null || :
    { exec {PICODE_SECRET_FD}<&-; } 2>/dev/null || :
    unset PICODE_SECRET_FD
fi
export -n __picode_secret

# --- Marks: builtins print them, so a prompt starts no process.

__picode_quote() {
    __picode_quoted=$1
    [[ $1 == *[!A-Za-z0-9/._~-]* ]] || return 0
    local LC_ALL=C rest=$1 safe code
    __picode_quoted=
    while [[ -n $rest ]]; do
        safe=${rest%%[!A-Za-z0-9/._~-]*}
        __picode_quoted+=$safe
        rest=${rest:${#safe}}
        [[ -n $rest ]] || break
        printf -v code %d "'${rest:0:1}"
        printf -v code %%%02X "$((code & 255))"
        __picode_quoted+=$code
        rest=${rest:1}
    done
}

# the first part of PROMPT_COMMAND: the command's end
__picode_ended() {
    local status=$? mark=$'\e]8671;'$__picode_secret
    printf '%s;D;%d\a%s;H\a' "$mark" "$status" "$mark" >&2
    HISTTIMEFORMAT='' builtin history 1 >&2
    [[ ${__picode_place-} == "$PWD" ]] || __picode_moved
    printf '%s;E\a%b%s;P;%s;%s\a' "$mark" "${__picode_133+\e]133;D;$status\a}$__picode_seven" \
        "$mark" "$__picode_directory" "$__picode_flags" >&2
    [[ $- == *e* ]] && return 0
    return "$status"
}

__picode_moved() {
    __picode_place=$PWD
    __picode_quote "$PWD"
    __picode_directory=$__picode_quoted
    __picode_seven="\e]7;file://${HOSTNAME-}$__picode_directory\e\\\\"
}

# the last part of PROMPT_COMMAND: other parts may have made a new prompt
__picode_prompted() {
    [[ ${PS0-} == *']8671;'* ]] || __picode_begins
    [[ -n ${__picode_133+set} ]] || return 0
    [[ $PS1 == *']133;'* ]] || PS1='\[\e]133;A\a\]'$PS1'\[\e]133;B\a\]'
}

# PS0 is printed when a command has been read; only the variable's name stands in it, the secret does not
__picode_begins() {
    # somebody else prints the standard marks already
    [[ ${PS0-}${PS1-} == *']133;'* || -n ${__vsc_initialized-} ]] || __picode_133=
    local secret="\${__picode_secret}"
    shopt -q promptvars || secret=$__picode_secret
    PS0=${PS0-}${__picode_133+'\e]133;C\a'}'\e]8671;'$secret';C;$?;\a'
}

# --- Keys

__picode_send() {
    local status=$?
    if [[ -n $__picode_secret ]]; then
        __picode_quote "$READLINE_LINE"
        printf '\e]8671;%s;K;send;%s\a' "$__picode_secret" "$__picode_quoted" >&2
    else
        local last
        last=$(HISTTIMEFORMAT='' builtin history 1)
        last=${last#*[0-9][* ] }
        "$__picode_python" -I -m picode send --command "$last" --status "$status" -- "$READLINE_LINE" </dev/tty
    fi
    [[ -z $READLINE_LINE ]] || builtin history -s -- "$READLINE_LINE"
    READLINE_LINE='' READLINE_POINT=0
}

__picode_suggest() {
    [[ -z $__picode_secret ]] || printf '\e]8671;%s;K;suggest\a' "$__picode_secret" >&2
}

__picode_bind() {
    local map
    for map in emacs vi-insert vi-command; do
        bind -m "$map" -x '"\C-xa": __picode_send'
        bind -m "$map" -x '"\C-xz": __picode_suggest'
        # the recorder types these four
        bind -m "$map" -x '"\e[86711~": __picode_heal'
        bind -m "$map" '"\e[86712~": redraw-current-line'
        bind -m "$map" -x '"\e[86713~": __picode_send'
        bind -m "$map" -x '"\e[86714~": __picode_suggest'
        # Escape and then a letter is an editing command in vi mode
        [[ $map == emacs || -n ${PICODE_KEY_SEND-} ]] &&
            bind -m "$map" -x "\"${PICODE_KEY_SEND:-\ea}\": __picode_send"
        [[ $map == emacs || -n ${PICODE_KEY_SUGGEST-} ]] &&
            bind -m "$map" -x "\"${PICODE_KEY_SUGGEST:-\ez}\": __picode_suggest"
    done
    __picode_flags=${PICODE_KEY_SEND-a}${PICODE_KEY_SUGGEST-z}
    [[ $__picode_flags == az ]] || __picode_flags=
} 2>/dev/null

# --- Installation, and again when the recorder types the key for it: a start file has overwritten PROMPT_COMMAND

__picode_install() {
    local parts="${PROMPT_COMMAND[*]-}"
    if [[ $parts != *__picode_ended* ]]; then
        if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
            PROMPT_COMMAND=(__picode_ended ${PROMPT_COMMAND[@]+"${PROMPT_COMMAND[@]}"} __picode_prompted)
        else
            # shellcheck disable=SC2178,SC2128
            PROMPT_COMMAND=__picode_ended${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}$'\n'__picode_prompted
        fi
    fi
    __picode_bind
}

__picode_heal() {
    __picode_install
    __picode_ended || :
    __picode_prompted
}

if [[ -n $__picode_secret ]]; then
    __picode_install
elif [[ -n ${ZELLIJ-}${PICODE_TERMINAL-} ]]; then
    __picode_bind
fi
[[ -z $__picode_allexport ]] || set -a
fi
