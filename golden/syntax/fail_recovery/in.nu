kprobe vfs_read { count --by }}
tracepoint a:b { where pid > && comm }
let x = "unclosed
