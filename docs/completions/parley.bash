# Completions of the Parley commands; made by "npm run manuals" from their definitions.
# shellcheck shell=bash

_parley_server() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --host) : ;;
    --udp-port) : ;;
    --tcp-port) : ;;
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --durability) COMPREPLY=($(compgen -W 'normal full' -- "$cur")) ;;
    --store-max) : ;;
    --pair-max) : ;;
    --log-level) COMPREPLY=($(compgen -W 'error warn info debug' -- "$cur")) ;;
    --log-file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --log-format) COMPREPLY=($(compgen -W 'text json' -- "$cur")) ;;
    --dump) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --keylog) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --max-size) : ;;
    --limit) compopt -o nospace; COMPREPLY=($(compgen -W 'T_RETRY_MS= RETRY_JITTER= T_CHALLENGE_MS= T_AUTH_MS= T_FAIL_HOLD_MS= T_CONNECTING_MS= T_RECONNECT_MS= T_RECONNECT_MAX_MS= T_RESPONSE_MS= T_COOKIE_MS= PENDING_ATTEMPTS= PENDING_PER_SOURCE= CONNECTING_PER_CLIENT= HELLOS_PER_SECOND= HELLO_BURST= NEW_ATTEMPTS_PER_SECOND= T_TOKEN_MS= AUTH_FAIL_PER_SECOND= SOURCES= WRONG_RESPONSES_PER_HOUR_WARN= T_PREFACE_MS= UNBOUND_SOCKETS= UNBOUND_PER_SOURCE= CONNECTED_CLIENTS= T_KEEPALIVE_MS= T_DEAD_MS= T_LINGER_MS= T_ACTIVITY_MS= T_GUARD_MS= MESSAGES_PER_SECOND= MESSAGE_BURST= CALLS_PER_MINUTE= CALL_BURST= CALL_PAIRS= OUTPUT_QUEUE_BYTES= PUMP_QUEUE_BYTES= PUMP_PAGE_TEXTS= SESSION_BLOCK= T_SUBSCRIBERS_MS= T_STORE_RETRY_MS= T_FLUSH_MS=' -- "$cur")) ;;
    --log-max-size) : ;;
    --log-files) : ;;
    --inspect-entries) : ;;
    --record) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --trace) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --metrics) : ;;
    --status) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --config) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--host --udp-port --tcp-port --data --durability --store-max --pair-max --decoy -V --version --log-level --log-file --log-format --dump --keylog --max-size --limit --log-max-size --log-files --inspect --inspect-control --inspect-entries --record --trace --metrics --status --config --check-config --print-config -h --help' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_client() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --id) : ;;
    --server) : ;;
    --key) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --contact) : ;;
    --script) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --log-level) COMPREPLY=($(compgen -W 'error warn info debug' -- "$cur")) ;;
    --log-file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --log-format) COMPREPLY=($(compgen -W 'text json' -- "$cur")) ;;
    --dump) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --keylog) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --max-size) : ;;
    --limit) compopt -o nospace; COMPREPLY=($(compgen -W 'T_RETRY_MS= RETRY_JITTER= T_CHALLENGE_MS= T_AUTH_MS= T_FAIL_HOLD_MS= T_CONNECTING_MS= T_RECONNECT_MS= T_RECONNECT_MAX_MS= T_RESPONSE_MS= T_COOKIE_MS= PENDING_ATTEMPTS= PENDING_PER_SOURCE= CONNECTING_PER_CLIENT= HELLOS_PER_SECOND= HELLO_BURST= NEW_ATTEMPTS_PER_SECOND= T_TOKEN_MS= AUTH_FAIL_PER_SECOND= SOURCES= WRONG_RESPONSES_PER_HOUR_WARN= T_PREFACE_MS= UNBOUND_SOCKETS= UNBOUND_PER_SOURCE= CONNECTED_CLIENTS= T_KEEPALIVE_MS= T_DEAD_MS= T_LINGER_MS= T_ACTIVITY_MS= T_GUARD_MS= MESSAGES_PER_SECOND= MESSAGE_BURST= CALLS_PER_MINUTE= CALL_BURST= CALL_PAIRS= OUTPUT_QUEUE_BYTES= PUMP_QUEUE_BYTES= PUMP_PAGE_TEXTS= SESSION_BLOCK= T_SUBSCRIBERS_MS= T_STORE_RETRY_MS= T_FLUSH_MS=' -- "$cur")) ;;
    --log-max-size) : ;;
    --log-files) : ;;
    --inspect-entries) : ;;
    --record) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --trace) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --config) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--id --server --key --contact --script --json --no-bell --timestamps --history-json --reconnect -V --version --log-level --log-file --log-format --dump --keylog --max-size --limit --log-max-size --log-files --inspect --inspect-control --inspect-entries --record --trace --config --check-config --print-config -h --help' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_keys_add() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --out) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--out --force -h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_keys_list() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_keys_remove() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_keys_backup() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-h --help --data' -- "$cur"))
      else compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))
      fi ;;
  esac
}

_parley_keys_check() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_keys_import() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --out) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--out --force --stretch -h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_keys() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      add) _parley_keys_add; return ;;
      list) _parley_keys_list; return ;;
      remove) _parley_keys_remove; return ;;
      backup) _parley_keys_backup; return ;;
      check) _parley_keys_check; return ;;
      import) _parley_keys_import; return ;;
    esac
  done
  case $prev in
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-V --version --data -h --help' -- "$cur"))
      else COMPREPLY=($(compgen -W 'add list remove backup check import' -- "$cur"))
      fi ;;
  esac
}

_parley_history_list() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_history_export() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --format) COMPREPLY=($(compgen -W 'jsonl csv html' -- "$cur")) ;;
    --out) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--format --out -h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_history_prune() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --before) : ;;
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--before --yes -h --help --data' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_history() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      list) _parley_history_list; return ;;
      export) _parley_history_export; return ;;
      prune) _parley_history_prune; return ;;
    esac
  done
  case $prev in
    --data) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-V --version --data -h --help' -- "$cur"))
      else COMPREPLY=($(compgen -W 'list export prune' -- "$cur"))
      fi ;;
  esac
}

_parley_top() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --status) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --interval) : ;;
    --sort) COMPREPLY=($(compgen -W 'id since bytes' -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--status --once --json --interval --sort -V --version -h --help' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_inspect() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --port) : ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--port -V --version -h --help' -- "$cur"))
      else compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))
      fi ;;
  esac
}

_parley_diagrams() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --format) : ;;
    --out) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")) ;;
    --level) COMPREPLY=($(compgen -W 'spec full' -- "$cur")) ;;
    --from) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --timeout) : ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--format --out --level --from --timeout --page -V --version -h --help' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_chart() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --format) : ;;
    --out) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --phase) COMPREPLY=($(compgen -W 'connection chat all' -- "$cur")) ;;
    --client) : ;;
    --from) : ;;
    --to) : ;;
    --title) : ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--format --out --phase --client --from --to --no-states --keepalives --title --coverage -V --version -h --help' -- "$cur"))
      else compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))
      fi ;;
  esac
}

_parley_dump() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --keylog) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --chart) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--keylog --chart --json -V --version -h --help' -- "$cur"))
      else compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))
      fi ;;
  esac
}

_parley_conform_server() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --server) : ;;
    --key) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --check) : ;;
    --patience) : ;;
    --json) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --junit) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--server --key --check --slow --unlimited --patience --bail --list --json --junit -h --help' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_conform_client() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --listen) : ;;
    --check) : ;;
    --activity) : ;;
    --patience) : ;;
    --json) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --junit) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--listen --check --list --slow --small --activity --patience --bail --json --junit --verbose -h --help' -- "$cur"))
      else :
      fi ;;
  esac
}

_parley_conform() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  local word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      server) _parley_conform_server; return ;;
      client) _parley_conform_client; return ;;
    esac
  done
  case $prev in

    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '-V --version -h --help' -- "$cur"))
      else COMPREPLY=($(compgen -W 'server client' -- "$cur"))
      fi ;;
  esac
}

complete -o nosort -F _parley_server parley-server
complete -o nosort -F _parley_client parley-client
complete -o nosort -F _parley_keys parley-keys
complete -o nosort -F _parley_history parley-history
complete -o nosort -F _parley_top parley-top
complete -o nosort -F _parley_inspect parley-inspect
complete -o nosort -F _parley_diagrams parley-diagrams
complete -o nosort -F _parley_chart parley-chart
complete -o nosort -F _parley_dump parley-dump
complete -o nosort -F _parley_conform parley-conform
