tracepoint syscalls:sys_enter_openat { where !uid | count }
