tracepoint syscalls:sys_enter_openat {|e| {file: str($e.filename)} }
