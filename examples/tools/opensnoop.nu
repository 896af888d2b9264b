# Every file that a program opens, or fails to open.
overlay use nubpf

def main [
  --failed (-x)  # only what could not be opened
] {
  trace {
    tracepoint [syscalls:sys_enter_open syscalls:sys_enter_openat] {|e| map set path tid $e.filename }
    tracepoint [syscalls:sys_exit_open syscalls:sys_exit_openat] {|e|
      map take path tid | where not $failed or $e.ret < 0 | emit {
        time: $e.time, pid: $e.pid, comm: $e.comm, fd: (if $e.ret < 0 { -1 } else { $e.ret })
        error: (if $e.ret < 0 { $e.ret } else { 0 } | strerror), path: $in
      }
    }
  }
}
