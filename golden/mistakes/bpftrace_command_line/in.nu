bpftrace -e 'kprobe:vfs_read { @[comm] = count(); }'
