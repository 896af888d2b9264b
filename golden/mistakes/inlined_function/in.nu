kprobe sk_stream_is_writeable { count }
