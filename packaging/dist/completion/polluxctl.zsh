#compdef polluxctl
# zsh completion for polluxctl(8)
_polluxctl() {
  local at=2
  local -a commands words_after
  case ${words[2]} in -s | --socket) at=4 ;; esac
  case ${words[CURRENT - 1]} in
  --out | --show | --secrets | --socket | -s)
    _files
    return
    ;;
  esac
  if [[ ${words[CURRENT - 1]} == --interface ]]; then
    compadd -- /sys/class/net/*(N:t)
    return
  fi
  if ((CURRENT <= at)); then
    commands=(
@FIRST@
    )
    _describe -t commands 'command' commands
    compadd -- --help --version --socket
    return
  fi
  _polluxctl_words "${words[at]}"
  if ((CURRENT == at + 1)); then compadd -- $words_after; else compadd -- ${(M)words_after:#-*}; fi
  case ${words[at]} in check | import) _files ;; esac
  if [[ ${words[at]} == drill ]] && ((CURRENT > at + 1)); then
    case ${words[at + 1]} in
    report) _files -/ ;;
    run) compadd -- ${(f)"$(polluxctl connections --json 2>/dev/null | sed -n 's/^      "name" : "\(.*\)",$/\1/p')"} ;;
    esac
  fi
}
# Sets words_after to what may follow that command.
_polluxctl_words() {
  local -a list
  case $1 in
@SECOND@
  esac
  case $1 in
  up | down | rekey | sas | diagnose) list+=(${(f)"$(polluxctl connections --json 2>/dev/null | sed -n 's/^      "name" : "\(.*\)",$/\1/p')"}) ;;
  esac
  words_after=($list)
}
_polluxctl "$@"
