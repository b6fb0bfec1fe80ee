#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# prepare.sh SERIES...: fills the cache with these kernels and the root file system, so that booting needs no network.
set -euo pipefail
dir=$(dirname "$0")
"$dir/get-rootfs.sh" >/dev/null
for series; do
	"$dir/get-kernel.sh" "$series" >/dev/null
done
