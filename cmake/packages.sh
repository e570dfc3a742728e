# Sourced by cmake/demo and cmake/test. need_packages FILE... installs those Debian packages that are not there yet;
# each file lists one a line.
need_packages() {
    local missing=() name as_root=() how
    command -v dpkg >/dev/null || {
        echo "This is not Debian. Install what these files name, and run cmake by hand (CONTRIBUTING.md): $*" >&2
        exit 1
    }
    while read -r name; do
        dpkg -s "$name" 2>/dev/null | grep -q '^Status: install ok installed$' || missing+=("$name")
    done < <(cat "$@")
    [ ${#missing[@]} -gt 0 ] || return 0

    how="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo)
        # Without a terminal nobody can type a password, so only a sudo that asks for none will do.
        [ -t 0 ] || as_root=(sudo -n)
        if ! command -v sudo >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
            printf 'Some packages are missing. As root, run:\n  apt-get update && %s\n' "$how" >&2
            exit 1
        fi
    fi
    # RUNLEVEL=1: what is installed to test against must not be started as a service.
    as_root+=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1)
    echo "Installing: ${missing[*]}"
    "${as_root[@]}" $how </dev/null || {
        "${as_root[@]}" apt-get update && "${as_root[@]}" $how </dev/null
    } || {
        printf 'Installing failed. As root, run:\n  apt-get update && %s\n' "$how" >&2
        exit 1
    }
}
