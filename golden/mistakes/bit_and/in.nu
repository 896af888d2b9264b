tracepoint syscalls:sys_enter_openat { where flags & 0x40 != 0 | count }
