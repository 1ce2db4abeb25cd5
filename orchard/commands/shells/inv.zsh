# Completes ./inv in zsh, behind compinit. In ~/.zshrc, or now:  eval "$(./inv completion zsh)"
_orchard_inv() {
    local line
    local -a found
    for line in "${(@f)$("${(Q)words[1]}" --candidates "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $line ]] && found+=("${${line//:/\\:}/$'\t'/:}")
    done
    if (( ${#found} )); then
        _describe -V inv found
    else
        _files
    fi
}
compdef _orchard_inv inv
