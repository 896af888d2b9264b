# Every command line that is typed into bash, as it is entered.
overlay use nubpf

def main [
  shell: path = "/bin/bash"  # the program or library that holds readline()
] {
  uretprobe $"($shell):readline" {|e|
    {time: $e.time, pid: $e.pid, uid: $e.uid, command: ($e.retval | into string)}
  }
}
