# Macros, which no BTF holds. People see the name behind the number.
tracepoint syscalls:sys_exit_openat {|e|
  if $e.ret == -ENOENT or $e.ret in [-EACCES -EPERM] { count --as refused }
  match $e.ret { -EINTR => { count --as interrupted }, _ => {} }
}
tracepoint syscalls:sys_enter_openat {|e|
  where $e.dfd != AT_FDCWD and ($e.flags bit-and O_CLOEXEC) == 0 | where flags == O_RDONLY | count
}
