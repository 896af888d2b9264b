tracepoint sys_enter_openat { count }
