tracepoint syscalls:sys_enter_read { lhist count --min 0 --max 4096 --step 512 }
