trace {
  tracepoint syscalls:sys_enter_openat {|e| emit {file: $e.filename, what: $"opens ($e.filename)"} --as open }
  tracepoint syscalls:sys_enter_open { count --by filename }
} --string-length 16
