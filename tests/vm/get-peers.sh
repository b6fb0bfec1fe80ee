#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes the disk with the tools of peers.list, for benchmarks, and prints the image's path. /versions in it names the packages.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

build_peers() {
	local work=$1/work suite packages deb
	read -r suite packages <<<"$2"
	note "making the disk of the benchmarks with $packages"
	papt_init "$work" "$suite"
	# shellcheck disable=SC2086 # a list of words
	papt "$work" apt-get install -y --download-only $packages >&2
	mkdir -p "$work/root/usr"/{bin,sbin,lib,lib64}
	for link in bin sbin lib lib64; do
		ln -s "usr/$link" "$work/root/$link"
	done
	unpack "$work" './usr/share/*' '*/gconv/*'
	for deb in "$work"/archives/*.deb; do
		# shellcheck disable=SC2016 # dpkg-deb expands it
		dpkg-deb --show --showformat '${Package} ${Version}\n' "$deb"
	done >"$work/root/versions"
	mkdir -p "$work/root"/{proc,sys,dev,run,tmp,lib/modules}
	/sbin/ldconfig -r "$work/root"
	make_disk "$work/root" "$1/peers.ext4" 64
	rm -rf "$work"
}

row=$(sed '/^#/d' "$vm_dir/peers.list")
cached peers "$(key_of "$vm_dir/peers.list" "$0")" build_peers "$row"
echo "$REPLY/peers.ext4"
