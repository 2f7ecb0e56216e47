# Completion of `tsdb` for fish: copy to ~/.config/fish/completions/. What there is to complete is read from `tsdb help`.
function __tsdb_commands
    tsdb help 2>/dev/null | string replace -rf '^  ([a-z_-]+) +(.*)$' '$1\t$2'
end
function __tsdb_options
    set -l words (commandline -opc)
    tsdb help $words[2] 2>/dev/null | string replace -rf '^  (?:-[a-z], )?(--[a-z_-]+)(?:=\S+)? +(.*)$' '$1\t$2'
end
function __tsdb_uid
    tsdb help uid 2>/dev/null | string replace -rf '^  ([a-z]+)\b.*?  +(.*)$' '$1\t$2'
end
function __tsdb_words
    count (commandline -opc)
end
complete -c tsdb -n 'test (__tsdb_words) -eq 1' -f -a '(__tsdb_commands)'
complete -c tsdb -n 'test (__tsdb_words) -eq 1' -f -a help
complete -c tsdb -n 'test (__tsdb_words) -gt 1; and string match -q -- "-*" (commandline -ct)' -f -a '(__tsdb_options)'
complete -c tsdb -n '__fish_seen_subcommand_from uid; and test (__tsdb_words) -eq 2' -f -a '(__tsdb_uid)'
complete -c tsdb -n '__fish_seen_subcommand_from uid; and test (__tsdb_words) -gt 2' -f -a 'metrics tagk tagv'
