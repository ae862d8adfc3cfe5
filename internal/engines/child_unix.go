//go:build unix

package engines

import (
	"os"
	"os/exec"
	"syscall"
)

// child is a process in a process group of its own, so that a Ctrl-C at the
// terminal reaches its parent alone, who then ends it in good order.
type child struct {
	cmd      *exec.Cmd
	lifeline *os.File      // write end of the watchdog's pipe
	done     chan struct{} // closed when the process has ended
	err      error         // its exit status; to be read after done
}

// startChild runs a command whose output goes to log, guarded by the watchdog.
func startChild(log *os.File, env []string, name string, args ...string) (*child, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = read.Close() }() // the child has its own
	c := &child{lifeline: write, done: make(chan struct{})}
	c.cmd = exec.Command("/bin/sh", append([]string{"-c", guard, "tidemark-guard", name}, args...)...)
	c.cmd.Env = env
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.cmd.ExtraFiles = []*os.File{read} // becomes descriptor 3
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.cmd.Start(); err != nil {
		_ = write.Close()
		return nil, err
	}
	go c.wait()
	return c, nil
}

func (c *child) wait() {
	c.err = c.cmd.Wait()
	// Tell the watchdog to go. It may have been killed with the group.
	_, _ = c.lifeline.WriteString("ended\n")
	_ = c.lifeline.Close() // the watchdog has been told
	close(c.done)
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// terminate asks the process to end.
func (c *child) terminate() { _ = c.cmd.Process.Signal(syscall.SIGTERM) }

// kill ends the process at once. It has no effect on one that has ended.
func (c *child) kill() { _ = c.cmd.Process.Kill() }
