package engines

import "time"

// killAfter is how long the watchdog waits for the child to exit by itself.
const killAfter = 5 * time.Second

// guard is the shell program that starts a child which cannot outlive its
// parent, however the parent ends. Linux can signal a child at its parent's
// death, but does so when the parent's thread ends, and macOS has nothing
// similar. A pipe works on both: descriptor 3 is its read end, only the parent
// holds the write end, and the kernel closes that when the parent is gone, even
// after kill -9.
//
// The subshell is the watchdog. It starts before the exec, so the child never
// runs without it; and because exec keeps the process, $$ is the child itself,
// whose signals and exit status reach the parent directly. A line on the pipe
// means that the child has exited and was waited for; end of file without one
// means that the parent is gone. Signals go to the process group, which the
// watchdog itself belongs to, so its number cannot be reused while the watchdog
// runs. The last signal ends both.
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
