// Ctrl-C and its kin. The first SIGINT or SIGTERM asks for a clean end: the program looks at interrupted() between
// architectures, lets what is in flight land in its files and exits with interrupt_exit_code(). The second one kills at
// once.
//
// SIGPIPE is ignored, so that `zeroth ... | head` cannot kill a run whose files are still being written: a write to a
// pipe that nobody reads fails with EPIPE instead. Nothing is lost by that, as results for people come last; main()
// ends with flush_stdout(), which tells a reader that left (quiet) from a real failure.
#pragma once

namespace zeroth::core {

void install_signal_handlers();

// The signal that asked for the end, or 0. May be called from any thread.
int interrupted();
// 130 after SIGINT, 143 after SIGTERM, 0 without a signal.
int interrupt_exit_code();

// Writes out what C and C++ streams hold for standard output. Throws Error where that, or an earlier write, failed
// (disk full); a closed pipe is no error.
void flush_stdout();

}  // namespace zeroth::core
