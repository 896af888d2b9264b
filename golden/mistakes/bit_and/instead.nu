tracepoint syscalls:sys_enter_openat { where ($in.flags bit-and 0x40) != 0 | count }
