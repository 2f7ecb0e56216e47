# Completion of `tsdb` for zsh: source it in ~/.zshrc. The words are found as bash finds them.
(( $+functions[compdef] )) || { autoload -U +X compinit && compinit }
autoload -U +X bashcompinit && bashcompinit
source "${${(%):-%x}:A:h}/tsdb.bash"
