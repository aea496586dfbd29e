# --- functions ---

say() { printf '%s\n' "$1"; }

# Text of the target, safe to print.
shown() { cut -c 1-2000 | tr -c '\11\12\40-\176' '?'; }

give_up() {
  say "not tried: $1" >&2
  exit 2
}

# The text that the body of the next request has; without arguments it has none.
body() {
  : >"$dir/body"
  # shellcheck disable=SC2059 # the format is the body
  [ $# -eq 0 ] || printf -- "$@" >"$dir/body"
}

# A value in a URL.
seg() {
  case $1 in
  *[!A-Za-z0-9_-]*) printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g' ;;
  *) printf '%s' "$1" ;;
  esac
}

# send STEP METHOD URL [curl options]: the status is in $status, the answer in $dir/STEP.now.
send() {
  step=$1 method=$2 url=$3
  shift 3
  [ "$step" != "$made_step" ] || made_step=''
  [ ! -s "$dir/body" ] || set -- "$@" --data-binary "@$dir/body"
  case $method in
  GET) ;;
  HEAD) set -- "$@" --head ;;
  *) set -- "$@" -X "$method" ;;
  esac
  : >"$dir/answer"
  status=$(secrets | curl -q -sS -g --path-as-is --max-time 60 --noproxy "$direct" -K - -H 'Expect:' \
    -o "$dir/answer" -D "$dir/headers" -w '%{http_code}' "$@" "$url" 2>"$dir/error") ||
    give_up "$method $url: $(shown <"$dir/error")"
  {
    say "$status"
    headers
    tr '\000' ' ' <"$dir/answer"
  } >"$dir/$step.now"
  case $method:$status in
  POST:2??)
    case ${url#*/application/*/} in
    user_attribute/definition | user_group) made_here "$url" ;;
    esac
    ;;
  PUT:2??)
    case $url in
    */user/*) made=$(printf '%s\n%s' "${url%%\?*}" "$made") ;;
    esac
    ;;
  esac
}

# Did the last request succeed, as it did in the run.
succeeded() {
  case $status in
  2??) ;;
  *) give_up "$method $url answered $status, but succeeded before: $(shown <"$dir/answer"); @replay@" ;;
  esac
}

made_here() {
  made_id=$(value "$step" '._id')
  made_step=$step
  [ -z "$made_id" ] || made=$(printf '%s\n%s' "$1/$(seg "$made_id")" "$made")
}

# The media type and the Allow header of the last answer, on a line each.
headers() {
  media='' allow=''
  while IFS= read -r line; do
    line=${line%"$cr"}
    found=${line#*:}
    found=${found#"${found%%[! $tab]*}"}
    case $line in
    [Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Tt][Yy][Pp][Ee]:*)
      media=${found%%;*}
      [ "$media" = "$found" ] || media=${media%"${media##*[! ]}"}
      ;;
    [Aa][Ll][Ll][Oo][Ww]:*) allow=$found ;;
    esac
  done <"$dir/headers"
  printf '%s\n%s\n' "$media" "$allow"
}

# A value in the answer of a step, as JSON has it, or nothing.
literal() { awk -v wanted="$2" -f "$dir/json.awk" "$dir/$1.now"; }

# The same without quotes; nothing if it has characters that JSON escapes.
value() {
  if [ "$1$2" = "$made_step._id" ]; then
    printf '%s' "$made_id"
    return
  fi
  found=$(literal "$1" "$2")
  case $found in
  *\\*) ;;
  \"*\") found=${found#\"} && printf '%s' "${found%\"}" ;;
  *[!0-9]*) ;;
  *) printf '%s' "$found" ;;
  esac
}

need() {
  [ -n "$1" ] || give_up "$method $url answered $status without what the next requests need: $(shown <"$dir/answer")"
}

# wait_for VALUE URL [curl options]: reads until .status is that, or $WAIT seconds are over; it gives up if a job is
# still under way then.
wait_for() {
  wanted=$1
  shift
  end=$(($(date +%s) + WAIT + 1)) # the first second may be nearly over
  body
  while :; do
    send wait GET "$@"
    case $status in 404) give_up "$url answered 404, but was there before; @replay@" ;; esac
    found=$(literal wait .status)
    [ "$found" != "$wanted" ] || return 0
    [ "$(date +%s)" -lt "$end" ] || break
    pause
  done
  [ "$found" != '"pending"' ] || give_up "$url is pending after $WAIT s; set WAIT to more seconds"
}

pause() { sleep 0.2 2>/dev/null || sleep 1; }

# What can be compared of the answers: `comparable now`, or those of the run: `comparable was`.
comparable() {
  # shellcheck disable=SC2046 # the names are numbers
  (cd "$dir" && awk -v view=1 -v own="$own" -v times="$times" -v messages="$messages" -v jobs="$jobs" -v documented="$documented" -v whole="$whole" -v subjects=" $subjects " -v run="$run" -v judged=" $judged " -f json.awk \
    $(for step in $steps; do say "$step.$1"; done) | sort)
}

# Are the answers what they were: where a list has items of others, counts count only in the lists without any that a
# filter limits to what this script makes ($limited).
is_as_it_was() {
  read_both
  cmp -s "$dir/was.own" "$dir/now.own"
}

read_both() {
  comparable was >"$dir/was"
  comparable now >"$dir/now"
  foreign=$(sed -n 's/^? foreign //p' "$dir/was" "$dir/now" | tr '\n' ' ')
  for list in was now; do
    awk -v foreign="$foreign" -v limited="$limited" '
      BEGIN { count = split(foreign, steps, " "); for (place = 1; place <= count; place++) others[steps[place]] = 1 }
      $1 == "?" || (count && $2 ~ /^\.page\./ && ($1 in others || !index(limited, " " $1 " "))) { next }
      { print }' "$dir/$list" >"$dir/$list.own"
  done
}

# Is there anything to compare but statuses, where items of others are left out.
has_parts() { ! grep -q '^? foreign ' "$dir/was" || grep -q '^[0-9]* \.' "$dir/was.own"; }

# Can the answers not be compared, since the lists hold other items of others than they did: some were made by other
# checks, which come and go; or one that the finding names is gone; or, in lists that are not shown in full, others
# stand before those of this script. With "count", it matters too how many others there are.
are_others() {
  ! grep -q '^? passing$' "$dir/was" "$dir/now" || return 0
  ! counted_others || return 0
  ! is_lost || return 0
  grep -q '^? foreign ' "$dir/was" "$dir/now" || return 1
  if grep -q '^? partial$' "$dir/was" "$dir/now"; then
    [ "${1-}" != count ] || return 0
    ! are_same '^? total ' || return 1
    ! is_walk was || ! has_more now was || return 1
    ! is_walk now || ! has_more was now || return 1
  elif [ "${1-}" != count ]; then
    return 1
  fi
  ! are_same '^? other '
}

# Do the answers show a list from its first to its last page.
is_walk() { grep -q '^? first$' "$dir/$1" && grep -q '^? last$' "$dir/$1"; }

# Has one of them items of this script that the other has not, wherever they stand.
has_more() {
  for list in "$@"; do
    sed '/^[0-9]* \.page\./d; s/^[0-9]* //; s/\[[0-9]*\]/[]/g' "$dir/$list.own" | sort -u >"$dir/$list.items"
  done
  [ -n "$(comm -23 "$dir/$1.items" "$dir/$2.items")" ]
}

# Were there more items than there are now, of which no answer showed one: another check's came and went. That may be
# if counts changed, or in lists that no filter limits to what this script makes ($unlimited).
counted_others() {
  ! has_more was now || return 1
  awk -v unlimited="$unlimited" '$1 == "?" && $2 == "total" {
      if (FILENAME != ARGV[1]) { if ($4 > now) now = $4; next }
      if (then != "" && $4 != last) hidden = 1
      last = $4
      if ($4 > then) then = $4
    }
    $1 == "?" && $2 == "partial" && unlimited { hidden = 1 }
    END { exit !(hidden && then > now) }' "$dir/was" "$dir/now"
}

are_same() { [ "$(grep "$1" "$dir/was")" = "$(grep "$1" "$dir/now")" ]; }

# Is an item that the finding names, and that the list no longer has, not there at all.
is_lost() {
  list=${url%%\?*} listed=$dir/$step.now
  case $list in
  */user_attribute/definition | */user_group) ;;
  *) return 1 ;;
  esac
  body
  for id in $subjects; do
    ! grep -qF "$id" "$listed" || continue
    id=${id#\"}
    send lost GET "$list/$(seg "${id%\"}")"
    [ "$status" != 404 ] || return 0
  done
  return 1
}

tidy() {
  code=$?
  trap '' INT TERM HUP
  if [ -n "${KEEP-}" ] && [ -n "$made" ]; then
    say "kept:$(printf '\n%s' "$made")"
    made=
  fi
  if [ -n "$made" ]; then
    {
      secrets
      printf '%s\n' "$made" | sed 's/[\\"]/\\&/g; s|.*|url = "&"\
output = /dev/null|'
    } | curl -q -sS -g --max-time 60 --noproxy "$direct" -K - -X DELETE -w '%{http_code} %{url_effective}\n' |
      sed -n 's/^000 /not deleted: /p' >&2
  fi
  rm -rf "$dir"
  exit "$code"
}

made='' made_step=''
cr=$(printf '\r') tab=$(printf '\t')
case $base in http://* | https://*) ;; *) give_up "'$base' is not the URL of a server" ;; esac
base=${base%/}
case $base in *"$path") ;; *) base=$base$path ;; esac
case $base in
*://127.* | *://localhost | *://localhost[:/]* | *://\[::1\]*) direct='*' ;;
*) direct=${NO_PROXY-${no_proxy-}} ;;
esac
WAIT=${WAIT-$wait}
run=$(printf '%04x%04x' "$(($(date +%s) % 65536))" "$(($$ % 65536))")
run_in_capitals=$(printf '%s' "$run" | tr a-f A-F)
command -v curl >/dev/null || give_up 'there is no curl on this machine'
dir=$(mktemp -d) || give_up 'no temporary folder can be made'
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
cat >"$dir/json.awk" <<'END_OF_AWK'
@json.awk@END_OF_AWK
