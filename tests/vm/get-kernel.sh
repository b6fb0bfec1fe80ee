#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# get-kernel.sh SERIES: fetches the newest kernel of a series named in kernels.tsv, prepares it for booting, and prints its
# directory: vmlinuz, initrd, modules.ext4 (mounted on /lib/modules/VERSION), config (where the package has one), version.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# Loaded before the root disk can be mounted; what is built in is skipped.
boot_modules='virtio_pci virtio_blk virtio_console ext4'

# newest_packages DIR REGEX: of the packages that match, the names of those with the newest version.
newest_packages() {
	# shellcheck disable=SC2016 # apt expands it
	papt "$1" apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages' |
		xargs /usr/lib/apt/apt-helper cat-file |
		awk -v re="^($2)\$" '$1 == "Package:" { p = $2 } $1 == "Version:" && p ~ re { print $2, p }' |
		sort -V | awk '$1 != v { v = $1; names = "" } { names = names " " $2 } END { print names }'
}

# fetch DIR SUITES REGEX: downloads the kernel packages from the first suite that has them, into DIR/archives.
fetch() {
	local suite names
	for suite in ${2//,/ }; do
		papt_init "$1" "$suite" || continue
		names=$(newest_packages "$1" "${3//\\/\\\\}")
		[ -n "$names" ] || continue
		note "fetching$names from $suite"
		# shellcheck disable=SC2086 # a list of words
		(cd "$1/archives" && papt "$1" apt-get download $names >&2)
		return
	done
	die "no package matches $3 in $2; see $vm_dir/kernels.tsv"
}

# make_initrd DIR MODULES VERSION: busybox, init, and the modules in the order in which they must be loaded.
make_initrd() {
	local dir=$1/initramfs module
	mkdir -p "$dir"/{bin,dev,proc,root,modules}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	cp "$vm_dir/initramfs-init" "$dir/init"
	chmod 755 "$dir/init"
	for module in $boot_modules; do
		/sbin/modprobe -d "$2" -S "$3" --show-depends "$module" 2>/dev/null || true
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$1/order"
	while read -r module; do
		cp "$module" "$dir/modules/"
		basename "$module"
	done <"$1/order" >"$dir/modules/order"
	(cd "$dir" && find . | cpio -o -H newc --quiet -R 0:0) >"$1/initrd"
	rm -rf "$dir" "$1/order"
}

build_kernel() {
	local dir=$1 work=$1/work root version lib
	fetch "$work" "$2" "$3"
	unpack "$work" './usr/share/*' '*/kernel/drivers/gpu/*' '*/kernel/sound/*' '*/kernel/drivers/infiniband/*' \
		'*/kernel/drivers/scsi/*' '*/kernel/drivers/md/*' '*/kernel/drivers/net/ethernet/*' '*/kernel/fs/nls/*'
	root=$work/root
	lib=$(echo "$root"/{usr/,}lib/modules/*/ | tr ' ' '\n' | grep -v '\*' | head -1)
	version=$(basename "$lib")
	mv "$(find "$root" -name 'vmlinuz*' | head -1)" "$dir/vmlinuz"
	find "$root/boot" -name 'config-*' -exec mv {} "$dir/config" \; 2>/dev/null || true
	find "$lib" -name '*.ko.xz' -print0 | xargs -0 -r -P 2 -n 100 xz -d
	if [ "$lib" != "$root/lib/modules/$version/" ]; then
		mkdir -p "$root/lib/modules"
		mv "$lib" "$root/lib/modules/$version"
	fi
	# Without modules.builtin (7.3 has none) depmod and modprobe complain.
	touch "$root/lib/modules/$version"/modules.{order,builtin,builtin.modinfo}
	/sbin/depmod -b "$root" "$version"
	make_initrd "$dir" "$root" "$version"
	make_disk "$root/lib/modules/$version" "$dir/modules.ext4" 8
	echo "$version" >"$dir/version"
	rm -rf "$work"
}

[ $# = 1 ] || die "usage: get-kernel.sh SERIES"
row=$(awk -v s="$1" '$1 == s' "$vm_dir/kernels.tsv")
[ -n "$row" ] || die "no test kernel \"$1\"; there are: $("$vm_dir/series.sh")"
read -r series suites regex <<<"$row"
cached "kernel-$series" "$(key_of "$0" "$vm_dir/initramfs-init" <(echo "$row"))" build_kernel "$suites" "$regex"
echo "$REPLY"
