trace {
  kprobe do_nanosleep {|e|
    match $e.mode {
      HRTIMER_MODE_ABS => { count --as abs }
      HRTIMER_MODE_REL | HRTIMER_MODE_PINNED => { count --as rel }
      _ => { count --by {mode: $e.mode} --as other }
    }
  }
  kretprobe hrtimer_wakeup {|e| if $e.retval == HRTIMER_RESTART { {restart: $e.retval, number: ($e.retval | into int)} } }
  kprobe hrtimer_wakeup {|e|
    let wide = $e.timer.wide
    map set wide $e.tid $wide
    {wide: (map get wide $e.tid), sign: $e.timer.sign, same: $wide}
  }
}
