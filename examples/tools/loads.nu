# The load averages of the last 1, 5 and 15 minutes, every second, in percent of one processor.
overlay use nubpf

interval 1sec {|e|
  let load = kaddr avenrun | cast "unsigned long *"
  {
    time: $e.time
    one: ($load.0 * 100 bit-shr 11)
    five: ($load.1 * 100 bit-shr 11)
    fifteen: ($load.2 * 100 bit-shr 11)
  }
}
