package engines

import "time"

// killAfter is how long the watchdog waits for the child to end by itself.
const killAfter = 5 * time.Second

// guard is the shell program that starts a child which cannot outlive its
// parent, however the parent ends. Linux could send the child a signal at its
// parent's death, but sends it already when the parent's thread ends, and macOS
// has nothing like it. A pipe works on both: descriptor 3 is its read end, the
// parent alone holds the write end, and the kernel closes that when the parent
// is gone, by kill -9 too.
//
// The subshell is the watchdog. It stands before the exec, so there is no
// moment without it; and since exec keeps the process, $$ is the child itself,
// whose signals and exit status reach the parent with nothing in between. A
// line on the pipe says that the child has ended and was waited for; the end of
// the pipe without one says that the parent is gone. Signals go to the process
// group, which the watchdog itself is in: its number cannot have been given to
// strangers as long as the watchdog lives. The last signal ends both.
const guard = `(
	trap '' TERM
	read -r ended <&3 && exit
	kill -TERM -$$
	for second in 1 2 3 4 5; do
		kill -0 $$ || exit
		sleep 1
	done
	kill -KILL -$$
) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-`
