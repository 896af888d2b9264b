trace {
  tracepoint raw_syscalls:sys_enter { count --by comm; max id --by comm }
  interval 1sec { report count --top 5; report max --clear }
}
