watchpoint 0x10000000:8:rw { count }
