// Shows on standard error how far a run is: on a terminal one live line, elsewhere a plain line now and then.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace zeroth::core {

struct ProgressState {
  std::string what;  // what is counted: "architectures"
  int64_t total = 0;
  int64_t done = 0;     // resumed, failed and cached ones among them
  int64_t resumed = 0;  // stood in the file before this run: no part of the rate
  int64_t failed = 0;
  int64_t cached = 0;
  double elapsed = 0;  // seconds
  std::string note;    // what else there is to say of the state: "best 0.93"
};

// "0:07", "12:34", "1:02:03"; "1d 02:03" (days, hours, minutes) from a day on. "-:--" where it is not known (negative
// or not finite). Rounded to the nearest second.
std::string duration_text(double seconds);
// "architectures 412/1000  41%  155/s  elapsed 0:02  left 0:04  failed 3  cached 17": zero counts are left out. A note
// comes last.
std::string progress_text(const ProgressState& state);
// The same behind a bar, in at most `width` characters: the bar goes first, then the end of the text.
std::string progress_line(const ProgressState& state, int width);

class Progress {
 public:
  // Seconds since any moment, never going back.
  using Clock = std::function<double()>;

  // Prints nothing where `quiet`. `resumed` of the `total` are done already.
  Progress(int64_t total, std::string what, bool quiet, int64_t resumed = 0, Clock clock = steady_seconds);
  // Clears a live line that finish() has not ended, so that an error message stands alone.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap enough to call for every row: draws at most 10 times a second on a terminal, else every 5 seconds. Call from
  // one thread at a time.
  void update(int64_t done, int64_t failed, int64_t cached);
  // Is shown from the next update on.
  void note(std::string text) { state_.note = std::move(text); }
  // The final state, which stays on the screen.
  void finish();

  static double steady_seconds();

 private:
  Clock clock_;
  ProgressState state_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  double started_;
  double next_draw_;
};

}  // namespace zeroth::core
