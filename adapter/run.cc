#include "adapter/run.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <system_error>
#include <utility>

#include "adapter/bpftrace_errors.h"
#include "adapter/descriptor.h"
#include "adapter/event_buffer.h"
#include "adapter/exit_code.h"
#include "adapter/kept_text.h"
#include "adapter/line_reader.h"
#include "adapter/missing_symbols.h"
#include "adapter/process.h"
#include "adapter/reshape.h"
#include "adapter/sentinel.h"
#include "adapter/stop_signals.h"
#include "adapter/types_file.h"
#include "adapter/verifier.h"
#include "adapter/version.h"
#include "transpiler/text.h"

namespace nubpf {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// bpftrace prints this line once all probes are attached: on stderr up to 0.21, on stdout from 0.23 on.
constexpr std::string_view kReadyLine = "__BPFTRACE_NOTIFY_PROBES_ATTACHED";
constexpr std::string_view kMessageStart = R"({"type": ")";
/// While output comes without a pause, its pipe is left alone for a while after each time that it was read
/// empty: to wake nubpf for each line would cost bpftrace more than to write it, and then it loses events.
/// The pipe holds what comes meanwhile. A single event is shown at once.
constexpr milliseconds kPause{5};
constexpr milliseconds kRest{2};
/// The results are handed to the reader at least so often while they come without a pause.
constexpr milliseconds kFlushPeriod{50};
/// 0.17 can miss a signal, and all up to 0.21 bear more than one.
constexpr milliseconds kResendPeriod{250};
/// How long a program is given to end itself: bpftrace reads its signals only when no events wait, and there
/// may be no end of them. From then on it takes SIGTERM.
constexpr milliseconds kInsideLimit{2'000};
/// The same for the end of the process that it watches. To detach a probe takes the kernel up to 80 ms.
constexpr milliseconds kWatchedLimit{3'000};
constexpr milliseconds kDetachTime{100};
/// A traced command that has ended makes no more events, so the rows that wait in the buffer are waited for
/// while they come: a million takes bpftrace 2 to 10 s. Its children may go on, thus not for ever.
constexpr milliseconds kBacklogLimit{30'000};
constexpr milliseconds kBacklogPause{500};
/// Without descriptors that tell of a process's end.
constexpr milliseconds kWatchPeriod{50};
constexpr milliseconds kVerifierLimit{20'000};
constexpr milliseconds kKillLimit{5'000};
constexpr milliseconds kDryRunLimit{60'000};
constexpr milliseconds kDrainLimit{2'000};
/// The longest lines: of a row, of a map with its stacks, and of what is no message.
constexpr std::size_t kLongestRow = std::size_t{16} << 20;
constexpr std::size_t kLongestMap = std::size_t{256} << 20;
constexpr std::size_t kLongestWords = std::size_t{64} << 10;
/// bpftrace takes minutes for thousands of probes; from then on the user is told what is waited for.
constexpr milliseconds kPatience{10'000};

enum class Phase {
  starting,  ///< until the probes are attached
  tracing,
  settling,  ///< to be stopped when its output is quiet
  stopping,  ///< asked to stop
  killed,    ///< nobody wants more of it
};

std::vector<std::pair<std::string, std::string>> environment_of(const Program& program,
                                                                const RunOptions& options) {
  auto environment = program.environment;
  // What the user has set goes before nubpf's choice.
  const auto choose = [&](const char* name, const std::optional<std::string>& value) {
    const bool is_set = std::getenv(name) != nullptr ||
                        std::any_of(environment.begin(), environment.end(),
                                    [&](const auto& variable) { return variable.first == name; });
    if (value && !is_set) environment.emplace_back(name, *value);
  };
  if (const auto pages =
          event_buffer_pages(program.schema, options.row_limit, dialect_for(options.version), this_machine()))
    choose("BPFTRACE_PERF_RB_PAGES", std::to_string(*pages));
  if (!program.needs_kernel_types) choose("BPFTRACE_BTF", types_file_for(options.bpftrace));
  environment.emplace_back("__BPFTRACE_NOTIFY_PROBES_ATTACHED", "1");
  return environment;
}

/// Whether bpftrace is one word, not a command that starts it (`sudo bpftrace`).
bool is_plain(const BpftraceCommand& command) {
  return command.size() == 1;
}

ProcessOptions process_options(const Program& program, const RunOptions& run_options, bool verbose) {
  const BpftraceCommand& command = run_options.bpftrace;
  ProcessOptions options{
      .words = command, .environment = environment_of(program, run_options), .own_group = is_plain(command)};
  if (!is_plain(command) && !command.empty()) {
    // sudo drops the environment.
    std::vector<std::string> words = {"env"};
    for (const auto& [name, value] : options.environment) words.push_back(fmt::format("{}={}", name, value));
    options.words.insert(options.words.end() - 1, words.begin(), words.end());
  }
  options.words.insert(options.words.end(), program.arguments.begin(), program.arguments.end());
  if (verbose) options.words.emplace_back("-v");
  options.words.insert(options.words.end(), {"-f", "json", "-"});
  return options;
}

/// The program stops from inside when this signal comes (0.22), and gives out everything before it ends.
bool stops_itself(const Program& program) {
  return ("\n" + program.text).find("\nself:signal:SIGUSR1") != std::string::npos;
}

bool has_final_results(const Schema& schema) {
  return std::any_of(schema.aggregations.begin(), schema.aggregations.end(),
                     [](const Aggregation& aggregation) { return !aggregation.reported; });
}

std::size_t longest_words(std::string_view) {
  return kLongestWords;
}

std::size_t longest_message(std::string_view beginning) {
  if (!beginning.starts_with(kMessageStart)) return kLongestWords;
  const bool is_map =
      beginning.starts_with(R"({"type": "map")") || beginning.starts_with(R"({"type": "stats")");
  return is_map ? kLongestMap : kLongestRow;
}

/// One trace, from the start of bpftrace to its end.
class Trace {
 public:
  Trace(const Program& program, const RunOptions& options, Writer& writer,
        const std::function<void(const Diagnostic&)>& report, Process process,
        std::optional<Sentinel> sentinel)
      : program_(program),
        options_(options),
        writer_(writer),
        report_(report),
        sentinel_(std::move(sentinel)),
        process_(std::move(process)),
        output_(process_.output(), longest_message),
        errors_(process_.errors(), longest_words),
        unsent_(program.text),
        reshaper_(
            program, writer, wall_clock_offset(), [&](const Diagnostic& d) { report_(d); },
            options.row_limit) {
    StopSignals::guard(is_plain(options.bpftrace) ? -process_.pid() : process_.pid());
    reshaper_.on_print([this](std::string_view text) { print(text); });
  }

  RunResult run() {
    while (!ended_) step();
    drain();
    StopSignals::guard(0);
    return conclude();
  }

 private:
  void step() {
    wait();
    if (signals_.count() > requests_seen_) take_requests();
    send_program();
    if (read_errors() == LineReader::State::ended) errors_open_ = false;
    read_output();
    check_output();
    check_command();
    check_duration();
    check_start();
    advance_stop();
    if (process_.poll()) ended_ = true;
  }

  void wait() {
    if (unsent_.empty()) process_.close_input();
    const int command = watches_command() ? options_.command->ended_descriptor() : -1;
    std::array<pollfd, 7> polled{{{process_.input(), POLLOUT, 0},
                                  {output_open_ && !is_resting() ? process_.output() : -1, POLLIN, 0},
                                  {errors_open_ ? process_.errors() : -1, POLLIN, 0},
                                  {process_.ended_descriptor(), POLLIN, 0},
                                  {signals_.descriptor(), POLLIN, 0},
                                  {command, POLLIN, 0},
                                  {phase_ == Phase::killed ? -1 : options_.output, 0, 0}}};
    if (poll(polled.data(), polled.size(), poll_timeout()) < 0) return;
    if (polled[6].revents != 0) kill();
    std::array<char, 16> wakes;
    while (read(signals_.descriptor(), wakes.data(), wakes.size()) > 0) continue;
  }

  [[nodiscard]] int poll_timeout() const {
    std::optional<Clock::time_point> next;
    const auto at = [&](Clock::time_point time) { next = next ? std::min(*next, time) : time; };
    const auto now = Clock::now();
    if (phase_ == Phase::tracing && ends_at_) at(*ends_at_);
    if (phase_ == Phase::starting && !has_waited_) at(started_ + kPatience);
    if (phase_ == Phase::settling) at(settled_at());
    if (phase_ == Phase::stopping || phase_ == Phase::killed) at(resend_at_);
    if (process_.ended_descriptor() < 0 || signals_.descriptor() < 0 || !output_open_) at(now + kWatchPeriod);
    if (output_open_ && is_resting()) at(rests_until_);
    if (watches_command() && options_.command->ended_descriptor() < 0) at(now + kWatchPeriod);
    if (!next) return -1;
    const auto left = std::chrono::ceil<milliseconds>(*next - now).count();
    return static_cast<int>(std::max<std::int64_t>(left, 0));
  }

  [[nodiscard]] bool watches_command() const {
    return options_.command != nullptr && phase_ == Phase::tracing && !command_ended_at_;
  }

  void take_requests() {
    requests_seen_ = signals_.count();
    if (requests_seen_ > 1) {
      kill();
    } else {
      stop(options_.on_request);
    }
  }

  void send_program() {
    if (unsent_.empty() || process_.input() < 0) return;
    const ssize_t count = write(process_.input(), unsent_.data(), unsent_.size());
    if (count > 0) unsent_.remove_prefix(static_cast<std::size_t>(count));
    // It ended without reading all of it: its status tells why.
    if (count < 0 && errno != EAGAIN && errno != EINTR) unsent_ = {};
  }

  LineReader::State read_errors() {
    return errors_.read([this](std::string_view line, bool) {
      if (line == kReadyLine) {
        begin_tracing();
        return;
      }
      error_text_.append(line);
      if (options_.verbose) (void)write_all(STDERR_FILENO, "bpftrace: " + visible(line) + "\n");
    });
  }

  LineReader::State read_lines() {
    return output_.read([this](std::string_view line, bool is_whole) { take_line(line, is_whole); });
  }

  /// Takes what is waiting, but not for longer than kFlushPeriod, and hands it to the reader.
  void read_output() {
    if (!output_open_ || is_resting()) return;
    const auto until = Clock::now() + kFlushPeriod;
    auto state = LineReader::State::more;
    while (state == LineReader::State::more && !is_done() && Clock::now() < until) {
      state = read_lines();
    }
    if (has_fresh_) {
      const auto now = Clock::now();
      if (state == LineReader::State::waiting && now - last_output_ < kPause) rests_until_ = now + kRest;
      last_output_ = now;
    }
    if (state == LineReader::State::ended) output_open_ = false;
    if (!std::exchange(has_fresh_, false)) return;
    if (!printed_.empty()) (void)write_all(STDERR_FILENO, std::exchange(printed_, {}));
    (void)writer_.flush();
  }

  [[nodiscard]] bool is_resting() const { return Clock::now() < rests_until_; }

  void take_line(std::string_view line, bool is_whole) {
    has_fresh_ = true;
    if (phase_ == Phase::starting) {
      if (const auto attached = attached_probes(line)) attached_ = *attached;
      if (line.starts_with(kMessageStart)) has_spoken_ = true;
    }
    if (line == kReadyLine) {
      begin_tracing();
    } else if (phase_ != Phase::killed && !is_done()) {
      if (!line.empty() && !line.starts_with('{')) output_text_.append(line);
      is_whole ? reshaper_.line(line) : reshaper_.too_long(line);
    }
  }

  void begin_tracing() {
    if (std::exchange(was_ready_, true)) return;
    if (phase_ == Phase::starting) phase_ = Phase::tracing;
    if (program_.duration_ns) ends_at_ = Clock::now() + std::chrono::nanoseconds(*program_.duration_ns);
    if (const auto missing = missing_symbols(program_, attached_, options_.bpftrace); !missing.empty()) {
      for (const Diagnostic& diagnostic : missing) fail(diagnostic);
      kill();
      return;
    }
    for (const Diagnostic& diagnostic : explain_warnings(program_, error_text_.text())) report_(diagnostic);
    if (options_.command == nullptr) return;
    if (const auto diagnostic = options_.command->release()) {
      fail(*diagnostic);
      kill();
    }
  }

  [[nodiscard]] bool is_done() const { return reshaper_.satisfied() || writer_.error() != 0; }

  /// Nobody wants more: neither rows nor what comes at the end.
  void check_output() {
    if (is_done()) kill();
  }

  void check_command() {
    if (!watches_command() || !options_.command->exit_code()) return;
    command_ended_at_ = Clock::now();
    stop(options_.after_command);
  }

  void check_duration() {
    if (phase_ == Phase::tracing && ends_at_ && Clock::now() >= *ends_at_) ask_to_stop();
  }

  void check_start() {
    if (phase_ != Phase::starting || has_waited_ || Clock::now() < started_ + kPatience) return;
    has_waited_ = true;
    report_({.kind = DiagnosticKind::runtime_warning,
             .message = fmt::format("bpftrace has attached no probes within {} s", kPatience.count() / 1000),
             .labels = {},
             .help = "wait, or stop it with Ctrl-C; fewer probes take less time",
             .notes = {}});
  }

  /// Stops once the output is quiet; at once where nothing is traced yet.
  void stop(Settling settling) {
    if (phase_ == Phase::starting) {
      ask_to_stop();
    } else if (phase_ == Phase::tracing) {
      phase_ = Phase::settling;
      settling_ = settling;
      settling_since_ = Clock::now();
    }
  }

  [[nodiscard]] Clock::time_point settled_at() const {
    return std::min(std::max(last_output_, settling_since_) + settling_.quiet,
                    settling_since_ + settling_.limit);
  }

  void ask_to_stop() {
    phase_ = Phase::stopping;
    if (was_ready_ && sentinel_) {
      sentinel_->end();
      const bool is_known = attached_ != std::numeric_limits<std::uint64_t>::max();
      resend_at_ =
          Clock::now() + kWatchedLimit + kDetachTime * (is_known ? static_cast<std::int64_t>(attached_) : 0);
      return;
    }
    const bool from_inside = was_ready_ && stops_itself(program_);
    send(from_inside ? SIGUSR1 : SIGTERM);
    from_inside_ = from_inside;
    resend_at_ = Clock::now() + (from_inside ? kInsideLimit : kResendPeriod);
  }

  [[nodiscard]] bool gives_backlog(Clock::time_point now) const {
    return command_ended_at_ && now < *command_ended_at_ + kBacklogLimit &&
           now < last_output_ + kBacklogPause;
  }

  void kill() {
    if (phase_ == Phase::killed) return;
    phase_ = Phase::killed;
    send(SIGKILL);
    resend_at_ = Clock::now() + kResendPeriod;
  }

  void advance_stop() {
    const auto now = Clock::now();
    if (phase_ == Phase::settling && now >= settled_at()) ask_to_stop();
    if (phase_ == Phase::stopping && now >= resend_at_ && gives_backlog(now))
      resend_at_ = now + kResendPeriod;
    if (phase_ == Phase::stopping && from_inside_ && now >= resend_at_) {
      // A second signal would cut off what END still prints.
      if (!reshaper_.ending()) send(SIGTERM);
      resend_at_ = Clock::time_point::max();
    }
    if ((phase_ == Phase::stopping || phase_ == Phase::killed) && now >= resend_at_) {
      send(phase_ == Phase::killed ? SIGKILL : SIGTERM);
      resend_at_ = now + kResendPeriod;
    }
  }

  void send(int number) {
    const BpftraceCommand& command = options_.bpftrace;
    if (is_plain(command)) {
      (void)process_.send(number);
      return;
    }
    // sudo does not pass on signals of its own process group, and its children belong to root.
    const std::string& word = command.back();
    std::vector<std::string> words(command.begin(), command.end() - 1);
    words.insert(words.end(), {"kill", fmt::format("-{}", number)});
    bool is_permitted = true;
    for (const int pid : processes_of(process_.pid(), word.substr(word.rfind('/') + 1))) {
      if (::kill(pid, number) != 0 && errno == EPERM) is_permitted = false;
      words.push_back(std::to_string(pid));
    }
    if (!is_permitted) {
      (void)capture({.words = std::move(words), .environment = {}, .own_group = false}, {}, kKillLimit);
    }
  }

  /// What bpftrace wrote before it ended: at most what the pipes hold, though its own children may go on
  /// writing.
  void drain() {
    const auto until = Clock::now() + kDrainLimit;
    auto state = errors_open_ ? LineReader::State::more : LineReader::State::ended;
    while (state == LineReader::State::more && Clock::now() < until) state = read_errors();
    state = output_open_ ? LineReader::State::more : LineReader::State::ended;
    while (state == LineReader::State::more && Clock::now() < until) {
      state = read_lines();
    }
    if (!errors_.rest().empty()) error_text_.append(errors_.rest());
    if (!output_.rest().empty() && phase_ != Phase::killed) take_line(output_.rest(), true);
    if (!printed_.empty()) (void)write_all(STDERR_FILENO, std::exchange(printed_, {}));
  }

  RunResult conclude() {
    const int status = process_.wait();
    if (phase_ != Phase::killed) {
      if (status == 0 && phase_ == Phase::starting && !has_spoken_) {
        explain(status);
      } else if (is_success(status)) {
        if (was_ready_ || status == 0) reshaper_.finish();
      } else {
        explain(status);
      }
    }
    (void)writer_.flush();
    if (writer_.error() != 0 && writer_.error() != EPIPE) {
      fail({.kind = DiagnosticKind::cannot_write,
            .message = fmt::format("the output cannot be written: {}",
                                   std::generic_category().message(writer_.error())),
            .labels = {},
            .help = {},
            .notes = {}});
    }
    const auto& accounts = reshaper_.accounts();
    return {.interrupted = requests_seen_ > 0,
            .exit_code = exit_code_,
            .rows = reshaper_.rows(),
            .accounts = {accounts.begin(), accounts.end()}};
  }

  [[nodiscard]] bool is_success(int status) const {
    if (status == 0) return true;
    // Asked to stop before its handlers were there, it has nothing to deliver; later it would have had.
    const bool lost_nothing = !was_ready_ || !needs_final_results_;
    return phase_ == Phase::stopping && (!was_ready_ || (status == -SIGTERM && lost_nothing));
  }

  void explain(int status) {
    Diagnostics diagnostics = explain_failure(program_, {.status = status,
                                                         .was_tracing = was_ready_,
                                                         .errors = error_text_.text(),
                                                         .output = output_text_.text()});
    for (Diagnostic& diagnostic : diagnostics) {
      if (diagnostic.kind == DiagnosticKind::verifier) add_verifier_reason(diagnostic);
      fail(diagnostic);
    }
  }

  /// bpftrace gives the verifier's reasons only when it is verbose: once more, until it has told them.
  void add_verifier_reason(Diagnostic& diagnostic) const {
    const auto again =
        capture(process_options(program_, options_, true), program_.text, kVerifierLimit,
                [](std::string_view errors) { return errors.find(kReadyLine) != errors.npos; });
    if (!again) return;
    explain_verifier(diagnostic, again->errors);
  }

  void fail(const Diagnostic& diagnostic) {
    report_(diagnostic);
    if (exit_code_ == exit_code::kOk) exit_code_ = exit_code_of(diagnostic.kind);
  }

  /// Line ends and tabs are the program's own layout; all else that a terminal might obey is made visible.
  void print(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find_first_of("\n\t");
      printed_ += visible(text.substr(0, end));
      if (end == std::string_view::npos) return;
      printed_ += text[end];
      text.remove_prefix(end + 1);
    }
  }

  const Program& program_;
  const RunOptions& options_;
  Writer& writer_;
  const std::function<void(const Diagnostic&)>& report_;
  StopSignals signals_;
  std::optional<Sentinel> sentinel_;  ///< what bpftrace watches
  Process process_;
  LineReader output_, errors_;
  std::string_view unsent_;
  Reshaper reshaper_;
  const bool needs_final_results_ = has_final_results(program_.schema);

  Phase phase_ = Phase::starting;
  bool was_ready_ = false;
  bool output_open_ = true;
  bool errors_open_ = true;
  bool ended_ = false;
  std::optional<Clock::time_point> command_ended_at_;
  bool from_inside_ = false;  ///< asked to end itself
  bool has_fresh_ = false;    ///< lines since the last flush
  bool has_spoken_ = false;   ///< it has written a message of bpftrace
  bool has_waited_ = false;   ///< the user knows that it takes long to start
  int requests_seen_ = 0;
  std::uint64_t attached_ =
      std::numeric_limits<std::uint64_t>::max();  ///< probes, as far as bpftrace has told
  int exit_code_ = exit_code::kOk;
  Settling settling_{};
  const Clock::time_point started_ = Clock::now();
  Clock::time_point last_output_ = Clock::now();
  Clock::time_point rests_until_;
  Clock::time_point settling_since_;
  std::optional<Clock::time_point> ends_at_;  ///< when it has traced for as long as it is to
  Clock::time_point resend_at_;
  KeptText error_text_;   ///< bpftrace's standard error
  KeptText output_text_;  ///< lines of its standard output that are no messages
  std::string printed_;   ///< by `print`, for the terminal
};

}  // namespace

Diagnostics dry_run(const Program& program, const RunOptions& options,
                    const std::vector<std::string>& arguments) {
  auto dry = program;
  dry.arguments.insert(dry.arguments.end(), arguments.begin(), arguments.end());
  const auto done = capture(process_options(dry, options, false), dry.text, kDryRunLimit);
  if (!done) return {bpftrace_missing(options.bpftrace, done.error())};
  if (done->status == 0) return {};
  return explain_failure(
      dry, {.status = done->status, .was_tracing = false, .errors = done->errors, .output = {}});
}

RunResult run(const Program& program, const RunOptions& options, Writer& writer,
              const std::function<void(const Diagnostic&)>& report) {
  const auto missing = [&](int error) -> RunResult {
    const Diagnostic diagnostic = bpftrace_missing(options.bpftrace, error);
    report(diagnostic);
    return {.exit_code = exit_code_of(diagnostic.kind)};
  };
  ProcessOptions process = process_options(program, options, false);
  std::optional<Sentinel> sentinel;
  if (program.ends_with_process) {
    auto fresh = start_sentinel();
    if (!fresh) return missing(fresh.error());
    sentinel.emplace(std::move(*fresh));
    process.words.insert(process.words.end() - 1, {"-p", std::to_string(sentinel->pid())});
  }
  auto started = start_process(process);
  if (!started) return missing(started.error());
  return Trace(program, options, writer, report, std::move(*started), std::move(sentinel)).run();
}

}  // namespace nubpf
