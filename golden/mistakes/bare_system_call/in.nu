tracepoint openat { count }
