# Every file that a program opens, or fails to open.
overlay use nubpf

def main [
  --failed (-x)  # only what could not be opened
] {
  trace {
    tracepoint [syscalls:sys_enter_open syscalls:sys_enter_openat] {|e| map set path tid $e.filename }
    tracepoint [syscalls:sys_exit_open syscalls:sys_exit_openat] {|e|
      let errno = if $e.ret < 0 { 0 - $e.ret } else { 0 }
      map take path tid | where not $failed or $errno != 0 | emit {
        time: $e.time, pid: $e.pid, comm: $e.comm, fd: (if $errno == 0 { $e.ret } else { -1 })
        error: ($errno | strerror), path: $in
      }
    }
  }
}
