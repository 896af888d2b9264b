def main [pid: int] {
  tracepoint syscalls:sys_enter_write { where pid == $pid | count }
}
