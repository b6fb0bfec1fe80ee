#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes the root file system that all test machines share, from the packages in rootfs.list, and prints the image's path.
# Packages are unpacked, not installed: what their install scripts would do, and tests need, is in finish_root().
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

codename=$(. /etc/os-release && echo "$VERSION_CODENAME")

finish_root() {
	local root=$1 family cmd
	ln -sf bash "$root/bin/sh"
	ln -sf mawk "$root/usr/bin/awk"
	ln -sf nc.openbsd "$root/bin/nc"
	ln -sf python3 "$root/usr/bin/python"
	# jq 1.6 takes a second to start on an emulated processor, 10 times as long as this one.
	ln -sf gojq "$root/usr/bin/jq"
	# Or each program compiles what it imports, which takes seconds there.
	PYTHONHOME=$root/usr "$root"/usr/bin/python3.?? -I -m compileall -q -s "$root" --invalidation-mode unchecked-hash \
		"$root"/usr/lib/python3.?? >/dev/null || note "Python's library is not compiled: tests take longer"
	for family in iptables ip6tables; do
		for cmd in "$family" "$family-save" "$family-restore"; do
			ln -sf "${cmd/tables/tables-nft}" "$root/usr/sbin/$cmd"
		done
	done
	ln -sf arptables-nft "$root/usr/sbin/arptables"
	ln -sf ebtables-nft "$root/usr/sbin/ebtables"
	mkdir -p "$root"/{proc,sys,dev,run,tmp,skbtrace,root,lib/modules,var/run,var/lib}
	printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
	chmod 1777 "$root/tmp"
	/sbin/ldconfig -r "$root"
}

build_rootfs() {
	local work=$1/work packages
	packages=$(sed 's/#.*//' "$vm_dir/rootfs.list")
	note "making the root file system of the test machines"
	papt_init "$work" "$codename" "$codename-updates" "$codename-security"
	# shellcheck disable=SC2086 # a list of words
	papt "$work" apt-get install -y --download-only $packages >&2
	mkdir -p "$work/root/usr"/{bin,sbin,lib,lib64}
	for link in bin sbin lib lib64; do
		ln -s "usr/$link" "$work/root/$link"
	done
	unpack "$work" './usr/share/doc/*' './usr/share/man/*' './usr/share/locale/*' './usr/share/i18n/*' \
		'./usr/lib/x86_64-linux-gnu/gconv/*'
	finish_root "$work/root"
	make_disk "$work/root" "$1/root.ext4" 64
	rm -rf "$work"
}

cached rootfs "$(key_of "$vm_dir/rootfs.list" "$0")" build_rootfs
echo "$REPLY/root.ext4"
