/**
 * What each shell needs to ask `pharos __complete WORDS`, the last of which is being typed. It answers a line a candidate, the word and
 * behind a tab what it is, or `:files` or `:directories` alone. A word that ends in `=` or `/` is to be continued.
 */
export const SHELLS = {
  bash: `# bash completion for pharos: source <(pharos completion bash)
_pharos() {
  local cur=\${COMP_WORDS[COMP_CWORD]} equals="" line word
  # "=" breaks words: what stands before it is not replaced.
  if [[ $cur == "=" ]]; then
    equals=1 cur=""
  elif [[ \${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
    equals=1
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files | :directories)
        compopt -o filenames 2>/dev/null
        local action=-f
        [[ $line == :directories ]] && action=-d
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$action" -- "$cur")
        ;;
      *)
        word=\${line%%$'\\t'*}
        [[ -n $equals ]] && word=\${word#*=}
        COMPREPLY+=("$word")
        ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _pharos pharos
`,
  zsh: `#compdef pharos
# zsh completion for pharos: source <(pharos completion zsh), after compinit
_pharos() {
  local line word
  local -a whole shown begun begun_shown
  for line in "\${(@f)$($words[1] __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files | :directories)
        compset -P '--*='
        [[ $line == :files ]] && _files || _files -/
        ;;
      *)
        word=\${line%%$'\\t'*}
        line=\${line/$'\\t'/  -- }
        line=\${line%  -- }
        if [[ $word == *[=/] ]]; then
          begun+=("$word") begun_shown+=("$line")
        else
          whole+=("$word") shown+=("$line")
        fi
        ;;
    esac
  done
  (( $#whole )) && compadd -l -d shown -a -- whole
  (( $#begun )) && compadd -l -S '' -d begun_shown -a -- begun
  return 0
}
compdef _pharos pharos
`,
  fish: `# fish completion for pharos: pharos completion fish | source
function __pharos_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :directories
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c pharos -f -a '(__pharos_complete)'
`,
} as const;

export type Shell = keyof typeof SHELLS;
