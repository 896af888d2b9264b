tracepoint syscalls:sys_enter_read { lhist count --max 4096 --step 512 }
