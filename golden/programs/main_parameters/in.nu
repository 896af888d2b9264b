# Counts the system calls of one program.
def main [
  pid?: int                  # only this process
  --comm (-c): string = "bash"  # only programs of this name
  --least: filesize = 4kb    # shorter writes do not count
  --every: duration = 1sec
  --all (-a)
  ...calls: string           # of these
] {
  let least = $least | default 1kb
  trace {
    tracepoint syscalls:sys_enter_write {|e|
      where $pid == null or $e.pid == $pid
      | where $all or $in.comm == $comm
      | where count >= $least
      | count --by comm
    }
    interval $every { report }
  } --for 10sec
}
