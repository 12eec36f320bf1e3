#!/usr/bin/env bash
# npm 10.9.9 and 11.19.1.
# `"man": "./man/tool.1"` in package.json: npm's documentation says that a single file may be given as text. A global
# installation links the page only when the same file is given as a list; as text it is left out, without a warning, and
# `man tool` finds nothing.
. "$(dirname "$0")/setup.sh"
install npm10@npm:npm@10.9.9 npm11@npm:npm@11.19.1

make() {
  mkdir -p "$1/man"
  echo ".TH $1 1" > "$1/man/$1.1"
  echo 'console.log(1)' > "$1/cli.js"
  printf '{"name":"%s","version":"1.0.0","bin":{"%s":"./cli.js"},"man":%s}' "$1" "$1" "$2" > "$1/package.json"
}
make as-text '"./man/as-text.1"'
make as-list '["./man/as-list.1"]'
for major in 10 11; do
  for name in as-text as-list; do
    tarball=$(node node_modules/npm$major/bin/npm-cli.js pack --silent "./$name") || verdict 3
    node node_modules/npm$major/bin/npm-cli.js install --global --prefix "$PWD/global$major" --no-audit --no-fund --silent "./$tarball" || verdict 3
  done
  pages=$(ls "global$major/share/man/man1" 2> /dev/null | tr '\n' ' ')
  echo "npm $(node node_modules/npm$major/bin/npm-cli.js --version): linked pages: ${pages:-none}"
  [ "$pages" = 'as-list.1 ' ] || verdict 10
done
verdict 0
