# What the scripts share that try the harness on things we did not write; they say first where they are ($here) and where they
# install ($place), and have made a folder for the output of commands ($logs).

part() { printf '\n-- %s\n' "$1"; }
fail() { printf 'failed: %s\n' "$1" >&2; exit 1; }
skipped() { printf 'skipped: %s\n' "$1"; }
have() { command -v "$1" > /dev/null; }

# expect STATUS WHAT COMMAND..: runs the command, and shows what it says only where its exit status is another one.
log=
expect() {
  local status=$1 what=$2 began=$SECONDS got=0
  shift 2
  log=$(mktemp "$logs/XXXXXX")
  "$@" > "$log" 2>&1 || got=$?
  [ "$got" = "$status" ] || { cat "$log"; fail "$what: exit status $got, wanted $status, of: $*"; }
  printf 'holds: %s (%s s)\n' "$what" $((SECONDS - began))
}

# says TEXT: the last command that was expected has said so.
says() { grep -qF -- "$1" "$log" || { cat "$log"; fail "want it to say: $1"; }; }

# python FROM TO: a Python 3 of these minor versions, with what makes virtual environments.
python() {
  local program
  for program in python3.11 python3.12 python3.13 python3.10 python3; do
    if "$program" -c "import ensurepip, sys, venv; sys.exit(not $1 <= sys.version_info[1] <= $2)" 2> /dev/null; then
      echo "$program"
      return
    fi
  done
  return 1
}

# installed NAME VERSIONS PYTHON PACKAGE..: a virtual environment with these, and what they depend on as the file of versions says.
installed() {
  local folder=$place/$1 versions=$2 python=$3 stamp
  shift 3
  stamp=$folder/$(echo "$*" | cat - "$versions" | cksum | cut -d' ' -f1).stamp
  [ ! -e "$stamp" ] || return 0
  echo "installing $*"
  rm -rf "$folder"
  "$python" -m venv "$folder"
  "$folder/bin/pip" install --quiet --constraint "$versions" "$@" || fail "pip could not install $*"
  touch "$stamp"
}
