# Completes ./inv in fish. In ~/.config/fish/completions/inv.fish, or now:  ./inv completion fish | source
function __orchard_inv
    set -l words (commandline -opc)
    set -l begun (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l found ($program --candidates $words "$begun" 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path "$begun"
    end
end
complete -c inv -f -a '(__orchard_inv)'
