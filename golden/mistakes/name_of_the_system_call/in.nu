tracepoint syscalls:openat { count }
