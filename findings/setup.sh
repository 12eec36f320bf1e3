# Sourced by every finding: a temporary folder to work in, `install` for pinned packages, `verdict` for the exit code.
set -u
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

# install <npm specs...>: into the temporary folder, without running their install scripts.
install() {
  npm install --prefix . --ignore-scripts --no-audit --no-fund --loglevel=error "$@" > npm.log 2>&1 && return
  tail -n 3 npm.log
  echo "not tried: npm could not install $*"
  exit 2
}

# verdict <exit code of the check>: 0 still so, 10 changed, anything else is a check that did not run to its end.
verdict() {
  case $1 in
    0) echo 'still so'; exit 0 ;;
    10) echo 'CHANGED'; exit 1 ;;
    *) echo "not tried: the check ended with $1"; exit 2 ;;
  esac
}
