def main [pid: int, --ratio: float = 0.5, --where: record, --limit: int = (2 + 3)] {
  tracepoint syscalls:sys_enter_write { where pid == $pid | count }
}
