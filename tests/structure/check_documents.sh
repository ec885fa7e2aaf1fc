#!/usr/bin/env bash
# check_documents.sh ROOT: fails where ARCHITECTURE.md's table of rooms and the folders of src/
# differ, where it names a file that is neither there nor in src/, or where a link of any document
# leads to no file.
set -euo pipefail
cd "$1"

failed=0
complain() {
  echo "$1"
  failed=1
}

rooms=$(find src -mindepth 2 -type f -printf '%P\n' | cut -d/ -f1 | sort -u)
named=$(sed -n 's/^| `src\/\([a-z_]*\)\/` |.*/\1/p' ARCHITECTURE.md | sort)
while read -r room; do
  complain "ARCHITECTURE.md: its table of rooms and src/ differ in $room"
done < <(comm -3 <(echo "$rooms") <(echo "$named") | tr -d '\t' | sed '/^$/d')

while read -r file; do
  [[ -e $file || -e src/$file ]] || complain "ARCHITECTURE.md: there is no $file"
done < <(grep -oP '`\K[a-z0-9_]+(/[a-z0-9_]+)+\.(cpp|hpp|sh)(?=`)' ARCHITECTURE.md)

links=0
while IFS=: read -r file link; do
  target=$(dirname "$file")/${link%%#*}
  links=$((links + 1))
  [[ -e $target ]] || complain "$file: there is no $link"
done < <(find . -maxdepth 2 -name '*.md' -not -path './build/*' -print0 |
  xargs -0 grep -noP '\]\(\K(?!https?:)[^)]+' | sed 's/:[0-9]*:/:/')
((links > 0)) || complain "no link was found"

[[ $failed == 1 ]] || echo "$(wc -w <<<"$rooms") rooms and $links links are there"
exit "$failed"
