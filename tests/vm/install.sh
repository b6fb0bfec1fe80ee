#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# install.sh PACKAGE...: installs the Debian packages that are missing. QEMU comes from the backports suite, as the release's
# own 7.2 corrupts the memory of a Linux 6.12 guest.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

qemu_at_least=1:8

missing() {
	local package version
	for package; do
		version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null) || version=
		case $package:$version in
		qemu-system-x86:installed*)
			dpkg --compare-versions "${version#installed }" ge "$qemu_at_least" || echo "$package"
			;;
		*:installed*) ;;
		*) echo "$package" ;;
		esac
	done
}

clean_up() { $as_root rm -rf "$work"; }

mapfile -t packages < <(missing "$@")
[ ${#packages[@]} -gt 0 ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || die "installing packages needs root: run as root, or install sudo"
	as_root=sudo
fi
note "installing: ${packages[*]}"
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
work=$(mktemp -d)
trap clean_up EXIT
papt_init "$work" "$codename" "$codename-updates" "$codename-security" "$codename-backports"
# Only QEMU and its firmware from backports: the libraries that skbtrace links must be the release's, as in the test machines.
printf 'Package: qemu-* seabios ipxe-qemu\nPin: release n=%s\nPin-Priority: 990\n' "$codename-backports" >"$work/preferences"
if ! papt "$work" apt-get -o Dir::State::Status=/var/lib/dpkg/status -o DPkg::Lock::Timeout=300 \
	install -y "${packages[@]}" >"$work/log" </dev/null; then
	scrub "$work/log"
	die "these packages could not be installed: ${packages[*]}"
fi
