# How large the requests to block devices are.
overlay use nubpf

tracepoint block:block_rq_issue {|e| $e.bytes | into filesize | hist }
