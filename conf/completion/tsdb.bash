# Completion of `tsdb` for bash; also for zsh, see tsdb.zsh. Copy to /usr/share/bash-completion/completions/tsdb.
# What there is to complete is read from `tsdb help`, so it is that of the installed version.
_tsdb() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]:-} program=${COMP_WORDS[0]} choices
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ] || { [ "$command" = help ] && [ "$COMP_CWORD" -eq 2 ]; }; then
    choices=$("$program" help 2>/dev/null | sed -n 's/^  \([a-z_-]*\) .*/\1/p')
    [ "$COMP_CWORD" -eq 1 ] && choices="$choices help"
  elif [ "${word#-}" != "$word" ]; then
    choices=$("$program" help "$command" 2>/dev/null | sed -n 's/^  \(-[a-z], \)\{0,1\}\(--[a-z_-]*\)[= ].*/\2/p')
  elif [ "$command" = uid ] && [ "$COMP_CWORD" -eq 2 ]; then
    choices=$("$program" help uid 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
  elif [ "$command" = uid ]; then
    choices='metrics tagk tagv'
  elif [ "$command" = tables ] && [ "$COMP_CWORD" -eq 2 ]; then
    choices='create check'
  fi
  # shellcheck disable=SC2207
  COMPREPLY=($(compgen -W "${choices:-}" -- "$word"))
  if [ ${#COMPREPLY[@]} -eq 0 ] && [ "${word#-}" = "$word" ]; then
    # shellcheck disable=SC2207
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _tsdb tsdb
