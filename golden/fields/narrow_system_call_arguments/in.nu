# the kernel keeps an `int` argument in a 64-bit slot: AT_FDCWD must be -100
tracepoint syscalls:sys_enter_openat { select dfd flags mode }
