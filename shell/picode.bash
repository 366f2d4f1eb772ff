# PiCode in bash (4.4 or newer). The lines before this one say where PiCode is: __picode_python, __picode_stdlib,
# __picode_package. Sourced from ~/.bashrc; it does nothing in a shell that is not interactive.
# shellcheck shell=bash disable=SC2154

if [[ $- == *i* && ${__picode_loaded-} != "$$" ]]; then
# what `set -a` exports must not hold anything of ours
__picode_options=${-//[!ax]/}
# nor must what `set -x` writes
{ set +ax; } 2>/dev/null
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
__picode_tty=${PICODE_TTY-}
if [[ -n ${PICODE_SECRET_FILE-} ]]; then
    { IFS= read -r -t 2 __picode_secret <"$PICODE_SECRET_FILE"; } 2>/dev/null || :
    unset PICODE_SECRET_FILE
fi
# a shell within the recorded one asks the recorder for a secret of its own
if [[ -z $__picode_secret && -n ${PICODE_TERMINAL-} && -z ${PICODE_NO_RECORD-}${BASH_EXECUTION_STRING-} &&
    -n $__picode_tty && /dev/fd/0 -ef $__picode_tty ]]; then
    __picode_secret=$("$__picode_python" -I -S "$__picode_package/terminal/join.py" bash "$$" 2>/dev/null) || :
fi
__picode_begin=$__picode_secret
export -n __picode_secret __picode_tty __picode_begin

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
    local status=$? depth=${#FUNCNAME[@]}
    # somebody keeps what PROMPT_COMMAND was and calls it from a function: only the foremost call counts
    if [[ ${precmd_functions[0]-} == __picode_ended ]]; then
        ((depth == 1)) || __picode_end "$status"
    elif [[ ${PROMPT_COMMAND-} != __picode_ended* ]] || ((depth == 1)); then
        __picode_end "$status"
    fi
    [[ $- == *e* ]] && return 0
    return "$status"
}

# stands where we stood before we moved to the front
__picode_same() {
    local status=$?
    [[ $- == *e* ]] || return "$status"
}

__picode_end() {
    [[ $- != *x* ]] || { local -; set +x; } 2>/dev/null
    local mark=$'\e]8671;'$__picode_secret
    [[ ${__picode_place-} == "$PWD" ]] || __picode_moved
    # to the terminal itself: standard error may be a file by now
    {
        printf '%s;D;%d\a%s;H\a' "$mark" "$1" "$mark"
        HISTTIMEFORMAT='' builtin history 1
        printf '%s;E\a%b%s;P;%s;%s\a' "$mark" "${__picode_133+\e]133;D;$1\a}$__picode_seven" \
            "$mark" "$__picode_directory" "$__picode_flags"
    } 2>/dev/null >"$__picode_tty"
    # bash prints PS0 there, where the secret must not be
    if [[ /dev/fd/2 -ef $__picode_tty || /dev/fd/2 -ef /dev/tty ]]; then
        __picode_begin=$__picode_secret
        [[ ${__picode_aside-} != 1 ]] || __picode_aside='' __picode_looked=
    else
        __picode_begin=
        [[ ${__picode_aside-} == 1 ]] || __picode_aside=1 __picode_looked=
    fi
}

__picode_moved() {
    __picode_place=$PWD
    __picode_quote "$PWD"
    __picode_directory=$__picode_quoted
    __picode_seven="\e]7;file://${HOSTNAME-}$__picode_directory\e\\\\"
}

# the last part of PROMPT_COMMAND: other parts may have made a new prompt
__picode_prompted() {
    [[ -n ${__picode_looked-} && ${PS0-} == *"$__picode_zero" ]] || __picode_begins
    [[ -n ${__vsc_initialized+set} ]] || __picode_install
    local begin='\[\e]133;A\a\]' end='\[\e]133;B\a\]'
    if [[ -z ${__picode_133+set} ]]; then
        [[ $PS1 != *"$begin"*"$end"*']133;'* ]] || PS1=${PS1/"$begin"/} PS1=${PS1/"$end"/}
    elif [[ $PS1 != *']133;'* ]]; then
        PS1=$begin$PS1$end
    fi
    # at bash-preexec's first prompt this came after its own last word, and it took us for a command of the user's
    [[ -z ${__bp_preexec_interactive_mode+set} || -n ${__picode_armed-} ]] ||
        __picode_armed=1 __bp_preexec_interactive_mode=on
}

# PS0 is printed when a command has been read, our part of it last: what others print there is not the command's.
# Only the name of the secret's variable stands in it, the secret does not
__picode_begins() {
    [[ $- != *x* ]] || { local -; set +x; } 2>/dev/null
    local secret="\${__picode_begin}" others=${PS0-} prompt=${PS1//'\[\e]133;A\a\]'/}
    others=${others//"$__picode_zero"/}
    unset __picode_133
    __picode_marked "$others${prompt//'\[\e]133;B\a\]'/}" || __picode_133=
    shopt -q promptvars || secret=$__picode_begin
    __picode_zero=${__picode_133+'\e]133;C\a'}'\e]8671;'$secret';C;$?;\a'
    if [[ -n ${__picode_aside-} ]]; then
        # a process for each command, and only as long as standard error is a file
        __picode_zero=
        # shellcheck disable=SC2016
        ! shopt -q promptvars || __picode_zero='$(__picode_begins_aside "$?")'
    fi
    PS0=$others$__picode_zero
}

# the begin mark of a shell whose standard error is a file: to the terminal itself
__picode_begins_aside() {
    { set +x; } 2>/dev/null
    printf '%b\e]8671;%s;C;%s;\a' "${__picode_133+\e]133;C\a}" "$__picode_secret" "$1" >"$__picode_tty"
} 2>/dev/null

# whether somebody else prints the standard marks, or VS Code's: in a prompt, or from a function that PROMPT_COMMAND names
__picode_marked() {
    [[ $1 != *']'[16]33';'* && -z ${ITERM_SHELL_INTEGRATION_INSTALLED-} ]] || return 0
    local name names=() others=()
    [[ -z ${__picode_looked-} ]] || return 1
    __picode_looked=1
    # ghostty's is called by the one that is named
    IFS=$' \t\n;&' read -r -d '' -a names <<<"${PROMPT_COMMAND[*]-} ${precmd_functions[*]-} __ghostty_precmd" || :
    for name in "${names[@]}"; do
        [[ $name == __picode_* ]] || ! declare -F -- "$name" >/dev/null 2>&1 || others+=("$name")
    done
    # bash shows a function's text to a process only: one, in the life of a shell that has functions of others there
    ((${#others[@]})) && [[ $(declare -f -- "${others[@]}") == *']'[16]33';'* ]]
}

# --- Keys

__picode_send() {
    local status=$?
    [[ $- != *x* ]] || { local -; set +x; } 2>/dev/null
    if [[ -n $__picode_secret ]]; then
        __picode_quote "$READLINE_LINE"
        printf '\e]8671;%s;K;send;%s\a' "$__picode_secret" "$__picode_quoted" >"$__picode_tty"
    else
        local last
        last=$(HISTTIMEFORMAT='' builtin history 1)
        last=${last#*[0-9][* ] }
        # a recorder above knows other commands than this shell's
        PICODE_TERMINAL='' "$__picode_python" -I -m picode send --command "$last" --status "$status" \
            -- "$READLINE_LINE" </dev/tty
    fi
    [[ -z $READLINE_LINE ]] || builtin history -s -- "$READLINE_LINE"
    READLINE_LINE='' READLINE_POINT=0
}

__picode_suggest() {
    [[ $- != *x* ]] || { local -; set +x; } 2>/dev/null
    [[ -z $__picode_secret ]] || printf '\e]8671;%s;K;suggest\a' "$__picode_secret" >"$__picode_tty"
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

# --- Installation, and again at each prompt: others put themselves in front, behind, or in place of us

__picode_install() {
    local line=$'\n' old=${PROMPT_COMMAND-} last=0 part
    if [[ -n ${__vsc_initialized+set} ]]; then
        # VS Code takes what comes after it for a command of the user's
        PROMPT_COMMAND=__picode_ended${line}__picode_prompted${old:+$line$old}
        return 0
    elif [[ "${PROMPT_COMMAND[*]-}" == *__bp_precmd_invoke_cmd* ]]; then
        # bash-preexec is the first and the last itself, and calls what stands in this array
        [[ ${precmd_functions[0]-} == __picode_ended ]] ||
            precmd_functions=(__picode_ended "${precmd_functions[@]/#__picode_ended/__picode_same}")
        [[ "${PROMPT_COMMAND[*]}" != *__picode_prompted*__bp_interactive_mode ]] || return 0
    elif [[ $old != __picode_ended* ]]; then
        PROMPT_COMMAND=__picode_ended${old:+$line${old//__picode_ended/__picode_same}}
    fi
    for part in "${!PROMPT_COMMAND[@]}"; do last=$part; done
    # before bash 5.1 the first part is all there is
    ((last == 0 || BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) || last=0
    [[ ${PROMPT_COMMAND[last]} != *__picode_prompted ]] || return 0
    for part in "${!PROMPT_COMMAND[@]}"; do
        [[ ${PROMPT_COMMAND[part]} != *__picode_prompted* ]] ||
            PROMPT_COMMAND[part]=${PROMPT_COMMAND[part]//__picode_prompted/__picode_same}
    done
    if ((last)); then PROMPT_COMMAND[last]+=$line'__picode_prompted'; else
        # shellcheck disable=SC2179
        PROMPT_COMMAND+=$line'__picode_prompted'
    fi
}

__picode_heal() {
    [[ -n $__picode_secret ]] || return 0
    __picode_install
    __picode_133=
    __picode_end 0
}

if [[ -n $__picode_secret ]]; then
    __picode_install
    __picode_bind
    # the rest of the start file may overwrite PROMPT_COMMAND, and no key may change PS0: bash has its address by then
    # shellcheck disable=SC2016
    __picode_zero='\e]133;C\a\e]8671;${__picode_begin};C;$?;\a'
    PS0=${PS0-}$__picode_zero
elif [[ -n ${ZELLIJ-}${PICODE_TERMINAL-} ]]; then
    __picode_bind
fi
[[ $__picode_options != *a* ]] || set -a
[[ $__picode_options != *x* ]] || set -x
fi
