# Every file that a program opens, or fails to open.
overlay use nubpf

def main [
  pid?: int      # only this process
  --failed (-x)  # only what could not be opened
] {
  trace {
    tracepoint [syscalls:sys_enter_open syscalls:sys_enter_openat] {|e| map set path $e.tid $e.filename }
    tracepoint [syscalls:sys_exit_open syscalls:sys_exit_openat] {|e|
      if (map has path $e.tid) and (not $failed or $e.ret < 0) {
        emit {
          time: $e.time
          pid: $e.pid
          comm: $e.comm
          fd: (if $e.ret >= 0 { $e.ret } else { -1 })
          error: (if $e.ret >= 0 { 0 } else { 0 - $e.ret } | strerror)
          path: (map get path $e.tid)
        }
      }
      map delete path $e.tid
    }
  } --pid $pid
}
