def main [pid: int = 1] {
  tracepoint syscalls:sys_enter_openat { where pid == $pid | count }
}
