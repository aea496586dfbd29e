# Reads answers, one a file: the status, the media type and the Allow header on a line each, then the body.
# Prints the value at the path `wanted` of a JSON body, such as .page.size, if there is one.
# With -v view=1 it prints what can be compared between two runs, of the files in `judged` (names with a blank on either
# side): ids are numbered in their order, with -v times=1 so are the times of one thing; left out are messages (with
# -v messages=1 that of the answer counts), names that are not in `documented`, without -v jobs=1 what a background job
# changes, and with -v own=1 the items of lists, but those of the files in `whole`, that neither hold the text of `run`
# nor have an id in `subjects`. Lines that begin with "? " are not part of
# the answers: they say what else is in lists.

FNR == 1 { if (name != "") answer(); name = FILENAME; sub(/.*\//, "", name); sub(/\..*/, "", name); body = "" }
FNR == 1 { status = $0; next }
FNR == 2 { media = tolower($0); next }
FNR == 3 { allow = $0; next }
{ body = body $0 "\n" }
END { if (name != "") answer() }

function answer(   place, line) {
  text = body; at = 1; size = length(text); count = 0; broken = 0
  blanks()
  value("", 0)
  blanks()
  if (broken || at <= size) { count = 1; paths[1] = "not JSON"; values[1] = body }
  if (!view) {
    for (place = 1; place <= count; place++) if (paths[place] == wanted) { print values[place]; return }
    return
  }
  choose()
  split("", as_id)
  for (place = 1; place <= count; place++) if (paths[place] ~ /(^|\])\._id$/) as_id[prefix(paths[place])] = values[place]
  line = index(judged, " " name " ")
  print name " status " status (line ? " " media " " allow : "")
  for (place = 1; place <= count; place++)
    if (!(place in left_out) && is_documented(paths[place])) {
      values[place] = comparable(paths[place], values[place], prefix(paths[place]))
      if (line) print name " " renumbered(paths[place]) "\t" values[place]
    }
}

function blanks() { while (at <= size && index(" \t\r\n", substr(text, at, 1))) at++ }

function emit(path, found) { count++; paths[count] = path; values[count] = found }

function value(path, depth,   c, key, number, begin) {
  if (depth > 100) { broken = 1; return }
  blanks()
  c = substr(text, at, 1)
  if (c == "{") {
    at++; blanks()
    if (substr(text, at, 1) == "}") { at++; emit(path, "{}"); return }
    while (!broken) {
      blanks()
      if (substr(text, at, 1) != "\"") { broken = 1; return }
      key = string(); blanks()
      if (substr(text, at, 1) != ":") { broken = 1; return }
      at++
      value(path "." substr(key, 2, length(key) - 2), depth + 1)
      blanks()
      c = substr(text, at, 1); at++
      if (c == "}") return
      if (c != ",") { broken = 1; return }
    }
  } else if (c == "[") {
    at++; blanks()
    if (substr(text, at, 1) == "]") { at++; emit(path, "[]"); return }
    number = 0
    while (!broken) {
      value(path "[" number "]", depth + 1); number++
      blanks()
      c = substr(text, at, 1); at++
      if (c == "]") return
      if (c != ",") { broken = 1; return }
    }
  } else if (c == "\"") {
    emit(path, string())
  } else {
    begin = at
    while (at <= size && !index(",]} \t\r\n", substr(text, at, 1))) at++
    if (at == begin) { broken = 1; return }
    emit(path, substr(text, begin, at - begin))
  }
}

function string(   begin, c) {
  begin = at; at++
  while (at <= size) {
    c = substr(text, at, 1); at++
    if (c == "\\") at++
    else if (c == "\"") return substr(text, begin, at - begin)
  }
  broken = 1
  return "\"\""
}

# --- what can be compared ---

# The item of a list that a path is in: up to its first bracket.
function prefix(path,   end) { end = index(path, "]"); return end ? substr(path, 1, end) : "" }

function choose(   place, item, is_own, foreign, passing) {
  split("", left_out); split("", is_own); split("", numbers); split("", next_number)
  foreign = passing = 0
  for (place = 1; place <= count; place++) {
    item = prefix(paths[place])
    if (item != "" && tolower(values[place]) ~ /acs-[0-9a-f]+-/ && !index(tolower(values[place]), run)) passing = 1
    if (item == "" || !own || index(whole, " " name " ") || index(tolower(values[place]), run) || is_subject(paths[place], values[place])) is_own[item] = 1
  }
  for (place = 1; place <= count; place++) {
    if (paths[place] == ".page.current") print values[place] == 1 ? "? first" : "? partial"
    if (paths[place] == ".page.has_next") print values[place] == "true" ? "? partial" : "? last"
    if (paths[place] == ".page.item_total") print "? total " name " " values[place]
    if (!(prefix(paths[place]) in is_own)) {
      left_out[place] = 1; foreign = 1
      if (paths[place] ~ /\]\.(_id|user_id)$/) print "? other " name " " values[place]
    }
  }
  for (place = 1; place <= count; place++)
    if (own && values[place] == "[]" && paths[place] ~ /^\.(items|user_groups\..*)$/) left_out[place] = 1
  if (foreign) print "? foreign " name
  if (passing) print "? passing"
}

# Are all names in a path the contract's: a server may add others, such as the id of a request. Below a value they may
# be any, and so may those of categories.
function is_documented(path,   parts, number, part, place) {
  number = split(path, parts, ".")
  for (place = 2; place <= number; place++) {
    part = parts[place]
    sub(/\[.*/, "", part)
    if (part == "value" || part == "default_value") return 1
    if (part != "" && parts[place - 1] != "user_groups" && !index(documented, " " part " ")) return 0
  }
  return 1
}

function is_subject(path, found) { return path ~ /\]\.(_id|user_id)$/ && index(subjects, " " found " ") }

function renumbered(path,   item, list, rest) {
  item = prefix(path)
  if (item == "") return path
  list = item; sub(/\[[0-9]*\]$/, "", list)
  if (!(item in numbers)) numbers[item] = next_number[list]++
  rest = substr(path, length(item) + 1)
  return list "[" numbers[item] "]" rest
}

function comparable(path, found, item,   key, shape, done, rest) {
  key = path; sub(/.*\./, "", key)
  if (!jobs && (key == "status" || path ~ /\.total_users\.(count|refreshed_at)$/)) return "-"
  if (key == "message" && !(messages && path == ".message")) return found == "\"\"" ? found : substr(found, 1, 1) == "\"" ? "\"...\"" : found
  if (found ~ /^"[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ]/) {
    shape = found; gsub(/[0-9]/, "0", shape)
    return times ? shape " " numbered("time " holder(item), found) : shape
  }
  if (index(tolower(found), run)) return found
  if (found != "null" && (key ~ /^(_id|.*_id|job_id|.*cursor)$/))
    return (substr(found, 1, 1) == "\"" ? "id " : "other id ") numbered("id", found)
  if (key == "uid" && found ~ /^"?[0-9]+"?$/) return (found ~ /"/ ? "uid as a text " : "uid ") numbered("uid", found)
  rest = found; done = ""
  while (match(rest, HEX24)) {
    done = done substr(rest, 1, RSTART - 1) "id " numbered("id", "\"" substr(rest, RSTART, RLENGTH) "\"")
    rest = substr(rest, RSTART + RLENGTH)
  }
  return done rest
}

# The thing that an item is: times are compared within it only.
function holder(item) { return item in as_id ? numbered("id", as_id[item]) : item }

function numbered(kind, found) {
  if (!((kind, found) in known)) known[kind, found] = ++last[kind]
  return known[kind, found]
}

BEGIN {
  split("", known); split("", as_id)
  HEX24 = ""
  for (digit = 0; digit < 24; digit++) HEX24 = HEX24 "[0-9A-Fa-f]"
}
