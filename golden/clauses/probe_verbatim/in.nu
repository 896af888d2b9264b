probe [kprobe:vfs_read "tracepoint:syscalls:sys_enter_*"] { count --by probe }
