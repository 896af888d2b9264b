# How large the block I/O of each program is.
overlay use nubpf

tracepoint block:block_rq_issue {|e| $e.bytes | into filesize | hist --by comm }
