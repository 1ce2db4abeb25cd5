# Completes ./inv in bash. In ~/.bashrc, or now:  eval "$(./inv completion bash)"
_orchard_inv() {
    local word _
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        COMPREPLY+=("$word")
    done < <("$1" --candidates "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _orchard_inv inv
