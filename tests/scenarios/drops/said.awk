# SPDX-License-Identifier: GPL-2.0-only
# What the files say about themselves, a line each: name, where, reason, cause, evidence, also, and why it does not run
# on this kernel. "# KEY: VALUE"; "# KEY 5.10 6.1: VALUE" goes before on these kernels. No field holds a tab.
function tell() {
	skip = said["kernels"] != "" && index(" " said["kernels"] " ", " " kernel " ") == 0 ? (said["why"] != "" ? said["why"] : "not on this kernel") : ""
	printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, said["where"], said["reason"], said["cause"], said["evidence"],
		said["also"], skip
}
FNR == 1 {
	if (name != "") tell()
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.sh$/, "", name)
	split("", said)
	split("", exact)
	head = 1
}
!/^#/ { head = 0 }
head && match($0, /^# (where|reason|cause|evidence|also|kernels|why)( [0-9.]+)*: /) {
	n = split(substr($0, 3, RLENGTH - 4), words, " ")
	if (n == 1 && !(words[1] in exact)) said[words[1]] = substr($0, RLENGTH + 1)
	for (i = 2; i <= n; i++)
		if (words[i] "" == kernel "") {
			said[words[1]] = substr($0, RLENGTH + 1)
			exact[words[1]] = 1
		}
}
END { if (name != "") tell() }
