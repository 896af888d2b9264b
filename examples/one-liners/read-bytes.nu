# How many bytes the reads of one process return.
overlay use nubpf

def main [process: int] {
  tracepoint syscalls:sys_exit_read {|e| $e.ret | into filesize | hist } --pid $process
}
