//go:build unix

package engines

import (
	"os"
	"os/exec"
	"syscall"
)

// child is a process in its own process group, so that a Ctrl-C at the terminal
// reaches only its parent, which then stops it gracefully.
type child struct {
	cmd      *exec.Cmd
	lifeline *os.File      // write end of the watchdog's pipe
	done     chan struct{} // closed when the process has ended
	err      error         // its exit status; read it after done
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
	// Ends the watchdog. It may have been killed with the group.
	_, _ = c.lifeline.WriteString("ended\n")
	_ = c.lifeline.Close() // the watchdog has its line
	close(c.done)
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// terminate asks the process to exit.
func (c *child) terminate() { _ = c.cmd.Process.Signal(syscall.SIGTERM) }

// kill ends the process at once. It has no effect on one that has exited.
func (c *child) kill() { _ = c.cmd.Process.Kill() }
