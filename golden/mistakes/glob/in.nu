tracepoint syscalls:sys_enter_openat { where filename like "/etc/*" | count }
