# SPDX-License-Identifier: GPL-2.0-only
# Shared by the scripts of this directory: messages, the cache, and a private apt. Sourced by bash.
# shellcheck shell=bash

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for the scripts that source this
top_dir=$(cd "$vm_dir/../.." && pwd)
cache=${SKBTRACE_CACHE:-${HOME:-/var/tmp}/.cache/skbtrace}

note() { printf '%s\n' "$*" >&2; }
die() { note "$*"; exit 1; }

# cached NAME KEY BUILDER [ARG...]: sets REPLY to the cache directory NAME-KEY, and makes it with "BUILDER DIR ARG..." if it is
# not there. It is made under another name and renamed, so it is whole or absent; the lock makes a second run wait.
cached() {
	REPLY=$cache/$1-$2
	local dir=$REPLY name=$1
	shift 2
	[ -d "$dir" ] && return
	mkdir -p "$cache"
	(
		flock 9
		[ -d "$dir" ] && exit 0
		rm -rf "$cache/.new-$name"
		mkdir "$cache/.new-$name"
		trap 'rm -rf "$cache/.new-$name"' EXIT
		"$1" "$cache/.new-$name" "${@:2}"
		mv -T "$cache/.new-$name" "$dir"
	) 9>"$cache/.lock-$name"
}

# key_of FILE...: short hash of the files' text, so that a changed recipe makes a new cache entry.
key_of() { cat "$@" | sha256sum | cut -c1-8; }

# archive_of SUITE: where this machine's apt gets Debian's packages from; SUITE may be one that it does not list itself.
archive_of() {
	local codename
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	# shellcheck disable=SC2016 # apt expands it
	# Without --no-release-info apt leaves out what was not downloaded yet.
	apt-get --no-release-info indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk -v want="$1" -v codename="$codename" '
			$2 != "main" { next }
			want ~ /-security$/ && $1 ~ "^(" codename "|stable|oldstable)-security$" { uri = $3 }
			want !~ /-security$/ && $1 ~ "^(" codename "|stable|oldstable)$" { uri = $3 }
			END { print uri }'
}

# scrub FILE: apt's messages, without the addresses of package archives, which are this machine's own business.
scrub() { sed -E "s#[a-z+]+://[^ ]*#(archive)#g; s#'[a-z0-9-]+(\.[a-z0-9-]+)+'#(archive)#g" "$1" >&2; }

# papt DIR COMMAND...: apt-get or apt-cache with its own sources and lists, made in DIR by papt_init. What is installed on the
# machine does not count (DIR/status is empty), unless the caller names another status file.
papt() {
	local dir=$1 command=$2
	shift 2
	${as_root:-} env DEBIAN_FRONTEND=noninteractive "$command" -qq -o Dir::Etc::SourceList="$dir/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences="$dir/preferences" \
		-o Dir::Etc::PreferencesParts=/dev/null -o Dir::State::Lists="$dir/lists" \
		-o Dir::State::Status="$dir/status" -o Dir::Cache="$dir" \
		-o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Sandbox::User=root \
		-o APT::Install-Recommends=0 -o APT::Update::Error-Mode=any "$@" 2>"$dir/apt.log" && return
	scrub "$dir/apt.log"
	return 1
}

# papt_init DIR SUITE...: prepares DIR for papt and reads the suites' package lists.
papt_init() {
	local dir=$1 suite uri
	shift
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: >"$dir/status"
	: >"$dir/preferences"
	: >"$dir/sources.list"
	for suite; do
		uri=$(archive_of "$suite")
		[ -n "$uri" ] || die "apt knows no archive for $suite on this machine; see /etc/apt/sources.list"
		printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$uri" "$suite" \
			>>"$dir/sources.list"
	done
	papt "$dir" apt-get update && return
	note "cannot read the package lists of $*"
	return 1
}

# unpack DIR PATTERN...: unpacks all of DIR/archives/*.deb into DIR/root, two at a time, without what matches the patterns.
unpack() {
	local dir=$1
	shift
	local -a skip=("${@/#/--exclude=}")
	mkdir -p "$dir/root"
	# Existing links such as /lib -> usr/lib must survive a package that ships /lib as a directory.
	# shellcheck disable=SC2016 # the inner shell expands it
	find "$dir/archives" -name '*.deb' -print0 | xargs -0 -P 2 -I{} sh -c 'deb=$1; root=$2; shift 2
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink "$@"' - {} "$dir/root" "${skip[@]}"
}

# make_disk DIR IMAGE [SPARE-MB]: an ext4 image that holds the files of DIR.
make_disk() {
	local mb
	mb=$(du -sm --apparent-size "$1" | cut -f1)
	/sbin/mkfs.ext4 -q -d "$1" -O ^has_journal -N $(($(find "$1" | wc -l) + 2000)) "$2" $((mb * 5 / 4 + ${3:-32}))M >/dev/null
}
