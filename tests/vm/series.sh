#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Prints the names of the test kernels, oldest first, on one line.
awk '$1 ~ /^[0-9]/ { printf "%s%s", sep, $1; sep = " " } END { print "" }' "$(dirname "$0")/kernels.tsv"
