def main [pid?: int, --comm (-c): string = "bash", --all (-a), ...points: string] {
  tracepoint $points {|e|
    if $pid != null and $e.pid != $pid { return }
    if $all or $e.comm == $comm { count --by [comm probe] }
  }
}
