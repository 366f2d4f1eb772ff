# PiCode in zsh (5.8 or newer). The lines before this one say where PiCode is: __picode_python, __picode_stdlib,
# __picode_package. Sourced from ~/.zshrc; it does nothing in a shell that is not interactive.

if [[ -o interactive && ${__picode_loaded-} != $$ ]]; then
# what `set -x` writes must not hold anything of ours
{ __picode_options=${options[xtrace]}; setopt no_xtrace } 2>/dev/null
typeset -g +x __picode_loaded=$$

# --- The recorder: becomes this terminal's process once, and starts the shell again on a PTY of its own.

__picode_record() {
    emulate -L zsh
    [[ -z ${PICODE_NO_RECORD-} && -z ${ZSH_EXECUTION_STRING-} ]] || return 0
    # powerlevel10k's instant prompt has the terminal in these
    [[ -t ${__p9k_fd_0:-0} && -t ${__p9k_fd_1:-1} && -t ${__p9k_fd_2:-2} ]] || return 0
    [[ -n ${ZELLIJ-} || ${PICODE_RECORD-} == 1 ]] || return 0
    [[ -n ${PICODE_TTY-} && /dev/fd/${__p9k_fd_0:-0} -ef ${PICODE_TTY-} ]] && return 0
    local start=$__picode_package/terminal/start.py file program name=zsh
    for file in $__picode_python $__picode_stdlib/os.py $start; do
        if [[ ! -r $file ]]; then
            builtin print -ru2 "picode: this shell is not recorded: $file is gone. Run \"picode setup\" again."
            return 0
        fi
    done
    if [[ ${TERM:-dumb} == dumb ]]; then
        builtin print -ru2 'picode: this shell is not recorded: the terminal is "dumb".'
        return 0
    fi
    program=(/proc/$$/exe(N:A)) 2>/dev/null
    [[ -x $program ]] || program=$SHELL
    [[ -x $program && ${program:t} == zsh* ]] || program=$(builtin whence -p zsh)
    [[ -o login ]] && name=-zsh
    if [[ -x $__picode_python && -n ${__p9k_fd_1-} ]]; then
        # take the instant prompt off: the next shell draws its own, in the same place
        exec 0<&$__p9k_fd_0 1>&$__p9k_fd_1 2>&$__p9k_fd_2 {__p9k_fd_0}<&- {__p9k_fd_1}>&- {__p9k_fd_2}>&-
        builtin print -rn -- "${terminfo[rc]-}${terminfo[ed]-}"
        command rm -f -- "${__p9k_instant_prompt_output-}"
    fi
    # VS Code reads this file in place of its own
    [[ ${VSCODE_INJECTION-} != 1 || -z ${VSCODE_ZDOTDIR-} ]] || export ZDOTDIR=$VSCODE_ZDOTDIR
    [[ -x $__picode_python ]] && exec $__picode_python -I -S $start zsh $program $name
    builtin print -ru2 "picode: this shell is not recorded: $__picode_python cannot be started."
    return 0
}
__picode_record
builtin unfunction __picode_record

# --- The secret: what the shell prints counts as the shell's own only with it, and no program gets it.

typeset -g +x __picode_secret=
if [[ -n ${PICODE_SECRET_FILE-} ]]; then
    { IFS= builtin read -r -t 2 __picode_secret <$PICODE_SECRET_FILE } 2>/dev/null || :
    builtin unset PICODE_SECRET_FILE
fi
# a shell within the recorded one asks the recorder for a secret of its own
if [[ -z $__picode_secret && -n ${PICODE_TERMINAL-} && -z ${PICODE_NO_RECORD-}${ZSH_EXECUTION_STRING-} &&
    -n ${PICODE_TTY-} && /dev/fd/0 -ef ${PICODE_TTY-} ]]; then
    __picode_secret=$($__picode_python -I -S $__picode_package/terminal/join.py zsh $$ 2>/dev/null) || :
fi

# --- Marks: builtins print them, so a prompt starts no process.

__picode_quote() {
    emulate -L zsh
    setopt extended_glob no_multibyte
    typeset -g __picode_quoted=${1//(#m)[^A-Za-z0-9\/._~-]/%${(l:2::0:)$(([##16] #MATCH))}}
}

# the first of the precmd functions: the command's end, where PROMPT_EOL_MARK has not told it
__picode_ended() {
    local __picode_last=$?
    emulate -L zsh -o no_xtrace
    local mark=$'\e]8671;'$__picode_secret bel=$'\a'
    [[ ${__picode_place-} == "$PWD" ]] || __picode_moved
    builtin print -rn -- "$mark;D;$__picode_last$bel${__picode_133+$__picode_133;D;$__picode_last$bel}${__picode_seven}$mark;P;$__picode_directory;$__picode_flags$bel" >$TTY
    [[ ${PROMPT_EOL_MARK-} == *']8671;'* ]] ||
        typeset -g +x PROMPT_EOL_MARK="%{$mark;D;%?"$'\a'"%}${PROMPT_EOL_MARK-%B%S%#%s%b}"
    if [[ -n ${functions[_p9k_precmd]-} ]]; then
        # powerlevel10k puts itself behind us again at each prompt
        __picode_behind _p9k_precmd __picode_prompted
        __picode_behind _p9k_preexec2 __picode_begins
        preexec_functions=(${preexec_functions:#__picode_begins})
        precmd_functions=(${precmd_functions:#__picode_prompted})
        return $__picode_last
    fi
    [[ $preexec_functions[-1] == __picode_begins ]] ||
        preexec_functions=(${preexec_functions:#__picode_begins} __picode_begins)
    [[ $precmd_functions[-1] == __picode_prompted ]] ||
        precmd_functions=(${precmd_functions:#__picode_prompted} __picode_prompted)
    return $__picode_last
}

# make the function $1 call $2 after its own work
__picode_behind() {
    [[ -n ${functions[$1]-} && ${functions[$1]} != *$2* ]] || return 0
    functions -c $1 __picode_before_$2
    functions[$1]="__picode_before_$2 \"\$@\"; $2 \"\$@\""
}

__picode_moved() {
    typeset -g __picode_place=$PWD
    __picode_quote "$PWD"
    typeset -g __picode_directory=$__picode_quoted
    typeset -g __picode_seven=$'\e]7;file://'${HOST-}$__picode_directory$'\e\\'
}

# the last of the precmd functions: others may have made a new prompt
__picode_prompted() {
    [[ -z ${functions[_p9k_precmd]-} || ${funcstack[2]-} == _p9k_precmd ]] || return 0
    if [[ -z ${__picode_known-} ]]; then
        typeset -g __picode_known=1
        # somebody else prints the standard marks already, or VS Code's: in the prompt, or from a hook
        local name others="${PROMPT-}${functions[precmd]-}"
        for name in ${precmd_functions:#__picode_*}; do others+=${functions[$name]-}; done
        [[ $others == *']'[16]33';'* && -z ${functions[_p9k_precmd]-} || ${PROMPT-} == *']'[16]33';'* ||
            -n ${ITERM_SHELL_INTEGRATION_INSTALLED-} ]] || typeset -g __picode_133=$'\e]133'
    fi
    [[ -n ${__picode_133-} && ${PROMPT-} != *']133;'* ]] || return 0
    PROMPT="%{$__picode_133;A"$'\a'"%}$PROMPT%{$__picode_133;B"$'\a'"%}"
}

# the last of the preexec functions: what others print is not the command's
__picode_begins() {
    emulate -L zsh -o no_xtrace
    # what the history leaves out for a space before it comes without that space
    local space=
    [[ -z $1 && -o hist_ignore_space ]] && space=' '
    __picode_quote "${1:-$space${3-}}"
    local bel=$'\a'
    builtin print -rn -- "${__picode_133+$__picode_133;C$bel}"$'\e]8671;'"$__picode_secret;C;;$__picode_quoted$bel" >$TTY
}

# --- Keys

__picode_send() {
    local last=$?
    emulate -L zsh -o no_xtrace
    if [[ -n $__picode_secret ]]; then
        __picode_quote "$BUFFER"
        builtin print -rn -- $'\e]8671;'"$__picode_secret;K;send;$__picode_quoted"$'\a' >$TTY
    else
        zle -I
        # a recorder above knows other commands than this shell's
        PICODE_TERMINAL='' $__picode_python -I -m picode send --command "$(builtin fc -ln -1)" --status $last -- "$BUFFER" <$TTY
    fi
    [[ -z $BUFFER ]] || builtin print -rs -- "$BUFFER"
    BUFFER=
}

__picode_suggest() {
    emulate -L zsh -o no_xtrace
    [[ -z $__picode_secret ]] || builtin print -rn -- $'\e]8671;'"$__picode_secret;K;suggest"$'\a' >$TTY
}

__picode_redraw() {
    zle -I
    zle reset-prompt
}

__picode_bind() {
    emulate -L zsh
    local map
    zle -N __picode_send
    zle -N __picode_suggest
    zle -N __picode_redraw
    for map in emacs viins vicmd; do
        bindkey -M $map '^Xa' __picode_send
        bindkey -M $map '^Xz' __picode_suggest
        # the recorder types these three
        bindkey -M $map '^[[86712~' __picode_redraw
        bindkey -M $map '^[[86713~' __picode_send
        bindkey -M $map '^[[86714~' __picode_suggest
        # Escape and then a letter is an editing command in vi mode
        [[ $map == emacs || -n ${PICODE_KEY_SEND-} ]] && bindkey -M $map "${PICODE_KEY_SEND:-^[a}" __picode_send
        [[ $map == emacs || -n ${PICODE_KEY_SUGGEST-} ]] &&
            bindkey -M $map "${PICODE_KEY_SUGGEST:-^[z}" __picode_suggest
    done
    typeset -g __picode_flags=${PICODE_KEY_SEND-a}${PICODE_KEY_SUGGEST-z}
    [[ $__picode_flags == az ]] || __picode_flags=
}

# --- Installation; the arrays are declared for those who `set -u`

if [[ -n $__picode_secret ]]; then
    typeset -ga precmd_functions preexec_functions
    precmd_functions=(__picode_ended "${precmd_functions[@]:#__picode_ended}" __picode_prompted)
    preexec_functions+=(__picode_begins)
    __picode_bind
elif [[ -n ${ZELLIJ-}${PICODE_TERMINAL-} ]]; then
    __picode_bind
fi
[[ $__picode_options == off ]] || setopt xtrace
fi
