trace {
  tracepoint syscalls:sys_enter_read { count --by comm; hist count --as sizes }
  interval 5sec { report }
}
