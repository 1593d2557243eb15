# bash completion for polluxctl(8)
_polluxctl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} at=1 first words=
  COMPREPLY=()
  case $before in
  --out | --show | --secrets | --socket | -s)
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    return
    ;;
  esac
  if [[ $before == --interface ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(command ls /sys/class/net 2>/dev/null)" -- "$word")
    return
  fi
  case ${COMP_WORDS[1]} in -s | --socket) at=3 ;; esac
  first=${COMP_WORDS[at]}
  if ((COMP_CWORD <= at)); then
    words='@FIRST@ --help --version --socket'
  else
    case $first in
@SECOND@
    esac
    case $first in
    up | down | rekey | sas | diagnose)
      words+=" $(polluxctl connections --json 2>/dev/null | sed -n 's/^      "name" : "\(.*\)",$/\1/p' | tr '\n' ' ')"
      ;;
    esac
    # The second word of a group is said once; options may come at any place.
    ((COMP_CWORD == at + 1)) || words=$(tr ' ' '\n' <<<"$words" | grep '^-')
    if [[ $first == drill && ${COMP_WORDS[at + 1]} == run ]] && ((COMP_CWORD > at + 1)); then
      words+=" $(polluxctl connections --json 2>/dev/null | sed -n 's/^      "name" : "\(.*\)",$/\1/p' | tr '\n' ' ')"
    fi
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ $first == drill && $before == report ]]; then mapfile -t COMPREPLY < <(compgen -d -- "$word"); fi
  case $first in
  check | import) [[ $word == -* ]] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -o filenames -F _polluxctl polluxctl
