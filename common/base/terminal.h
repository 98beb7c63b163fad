// Tells whether a stream is a terminal that may be drawn on.
#pragma once

namespace motzkin {

// Whether a line that was printed to `fd` can be drawn again: `fd` is a terminal, and not one that
// calls itself dumb (TERM=dumb, the shell of an editor, or no TERM at all), which would show the
// control codes as text. Thread-safe unless another thread changes the environment.
bool CanRedraw(int fd);

}  // namespace motzkin
