def main [--writes, --least: filesize = 0b] {
  if $writes {
    tracepoint syscalls:sys_enter_write { where count >= $least | count --by comm }
  } else if $least > 0b {
    tracepoint syscalls:sys_enter_read { where count >= $least | count --by comm }
  } else {
    tracepoint syscalls:sys_enter_read { count --by comm }
  }
}
