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
    --limit) compopt -o nospace; COMPREPLY=($(compgen -W 'T_CHALLENGE_MS= T_AUTH_MS= T_CONNECTING_MS= T_RESPONSE_MS= T_COOKIE_MS= PENDING_ATTEMPTS= PENDING_PER_SOURCE= CONNECTING_PER_CLIENT= HELLOS_PER_SECOND= HELLO_BURST= NEW_ATTEMPTS_PER_SECOND= T_TOKEN_MS= AUTH_FAIL_PER_SECOND= SOURCES= WRONG_RESPONSES_PER_HOUR_WARN= T_PREFACE_MS= UNBOUND_SOCKETS= UNBOUND_PER_SOURCE= CONNECTED_CLIENTS= T_KEEPALIVE_MS= T_DEAD_MS= T_LINGER_MS= MESSAGES_PER_SECOND= MESSAGE_BURST= CALLS_PER_MINUTE= CALL_BURST= CALL_PAIRS= OUTPUT_QUEUE_BYTES= PUMP_QUEUE_BYTES= PUMP_PAGE_TEXTS= SESSION_BLOCK= T_SUBSCRIBERS_MS= T_STORE_RETRY_MS= T_FLUSH_MS=' -- "$cur")) ;;
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
    --limit) compopt -o nospace; COMPREPLY=($(compgen -W 'T_RETRY_MS= RETRY_JITTER= T_CHALLENGE_MS= T_AUTH_MS= T_FAIL_HOLD_MS= T_CONNECTING_MS= T_RECONNECT_MS= T_RECONNECT_MAX_MS= T_RESPONSE_MS= T_COOKIE_MS= T_KEEPALIVE_MS= T_DEAD_MS= T_LINGER_MS= T_ACTIVITY_MS= T_GUARD_MS= OUTPUT_QUEUE_BYTES= PUMP_QUEUE_BYTES=' -- "$cur")) ;;
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
    --format) COMPREPLY=($(compgen -W 'svg png pdf mermaid dot plantuml scxml json ascii' -- "$cur")) ;;
    --out) compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur")) ;;
    --level) COMPREPLY=($(compgen -W 'spec full' -- "$cur")) ;;
    --from) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    --timeout) : ;;
    *)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--format --out --level --from --timeout --page -V --version -h --help' -- "$cur"))
      else COMPREPLY=($(compgen -W 'client-connection client-chat client-history server-connection server-chat server-history' -- "$cur"))
      fi ;;
  esac
}

_parley_chart() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $prev in
    --format) COMPREPLY=($(compgen -W 'svg png pdf mermaid text json' -- "$cur")) ;;
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
    --check) COMPREPLY=($(compgen -W 'connected challenge-bytes challenge-rand-new challenge-repeated hello-other-bytes auth-success-bytes auth-success-repeated auth-success-nonce-new cookie-new port-same auth-fail-bytes res-first-byte res-last-byte res-last-bit res-middle res-zero res-random res-of-another-key res-of-another-rand res-wrong-twice res-wrong-copies res-wrong-three-times response-stray response-other-id response-other-attempt response-other-rand response-other-address wrong-after-right challenge-after-right replay-while-connected replay-after-log-off response-expires datagram-too-short hello-127-bytes datagram-too-long datagram-65507-bytes datagram-magic datagram-header-version datagram-type-unknown datagram-type-of-server datagram-length-field token-of-other-size id-length id-beyond-end id-characters filling-not-zero filling-too-long extension-beyond-end extension-twice extension-critical version-range-inverted version-none-common response-127-bytes response-filling-not-zero response-extension-critical version-range-wide token-of-nobody token-outside-transcript version-in-transcript hello-grease hello-extensions one-short-answer unknown-id id-case connected-bytes server-salt-new silent-before-connect flight-byte-by-byte record-1-with-connect flight-and-rubbish preface-http preface-four-bytes preface-tls preface-version preface-reserved preface-random preface-unknown-tag first-chat-request first-keepalive first-close first-not-alone first-two-messages first-record-of-144 first-record-empty first-record-filling first-record-altered first-record-tag-altered first-salt-altered cookie-wrong cookie-last-bit cookie-zero cookie-still-good cookie-once cookie-race fin-before-connect preface-too-late cookie-expires take-over take-over-at-connect take-over-in-chat take-over-by-older record-length-0 record-length-1 record-length-79 record-length-81 record-length-4177 record-length-65535 record-length-altered record-longer record-altered record-end-altered record-tag-altered record-tag-first-altered record-twice record-order record-left-out record-random record-reflected record-byte-by-byte records-at-once record-sizes half-a-record epochs keepalive-unanswered keepalive-sent dead-connection type-00 type-7e type-of-datagram sent-connected sent-chat-started sent-unreachable sent-end-notif sent-history-resp sent-history-end sent-connect-again session-zero text-empty text-4097 text-beyond-end text-overlong-utf8 text-surrogate text-cut-utf8 text-f5 text-escape text-nul text-line-end text-delete text-c1 id-empty-tcp id-malformed-tcp id-too-long-tcp fields-cut filling-not-zero-tcp filling-64-too-long filling-4096-too-long record-without-message message-beyond-record extension-beyond-end-tcp extension-critical-tcp extension-twice-tcp extension-type-zero optional-skipped extension-skipped partly-bad-record badly-framed-record after-close chat-started session-grows unreachable-unknown unreachable-off-line unreachable-oneself unreachable-engaged unreachable-alike request-in-chat requests-cross requests-meet request-overtaken text-after-end called-after-end text-relayed text-largest text-bidirectional text-byte-order-mark text-not-normalised text-not-trimmed texts-in-order text-of-no-chat text-stale text-foreign end-request end-twice end-by-both end-stale partner-logs-off partner-idle partner-fin partner-rst partner-faulty partner-elsewhere partner-ends close-answered log-on-again burst-answered history-none history-complete history-two-sessions history-stored-first history-after-request history-after-log-off history-private history-senders history-time history-in-chat history-second-request history-large V1 V2 V3 V4 V5 V6' -- "$cur")) ;;
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
    --check) COMPREPLY=($(compgen -W 'connected key-file-shared key-file-damaged hello-bytes hello-versions attempt-id-fresh hello-repeated response-bytes res-proves-key response-repeated everything-three-times server-late not-connected-no-traffic rand-anew gives-up-hello gives-up-response challenge-other-attempt challenge-version challenge-damaged challenge-extension challenge-second challenges-repeated challenge-fifth auth-fail-early auth-fail-forged auth-fail-hundred auth-fail-genuine auth-fail-other-attempt auth-success-damaged auth-success-cut auth-success-other-attempt auth-success-replayed auth-success-port-zero datagrams-late stranger rubbish challenge-altered challenge-altered-often challenge-asked-again retry-answered retry-hundred first-flight preface-bytes lookup-tag connect-bytes salt-fresh connected-not-early connected-in-pieces connected-and-more first-record-refused first-record-cut connecting-lost connecting-refused connecting-times-out record-length record-damaged record-replayed record-reflected filling framing-first good-before-bad unknown-type optional-type extension-skipped extension-critical wrong-direction connected-twice session-zero chat-started-session-zero text-length text-not-utf8 text-control records-in-pieces messages-in-one-record plaintext-exact epoch chat-request chat-started called unreachable unreachable-late overtaken no-text-outside chat-refused end-chat end-notif ends-cross foreign-end chat-started-in-chat unreachable-in-chat text-sent text-session text-shown text-escaped text-refused text-not-utf8-typed command-as-text empty-line blanks foreign-text history-request history-lines history-session history-empty history-busy history-incomplete history-cut history-in-chat history-and-chat-started history-refused history-count history-other-end history-unasked history-end-unasked log-off log-off-in-chat log-off-after-texts close-lingers input-ends quit close-reasons close-in-chat behind-close no-reconnect-elsewhere lost cut-in-chat log-on-twice keepalive-unanswered keepalive-sent dead attempt-after-loss activity-idle activity-waiting activity-chat activity-chat-asked activity-history-asked activity-network v1-caller v1-called v2-caller v2-called v3 v4 v5 v6' -- "$cur")) ;;
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
