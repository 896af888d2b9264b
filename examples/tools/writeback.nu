# Every round of writing dirty pages to a device: how many pages, why, and how long it takes.
overlay use nubpf

trace {
  tracepoint writeback:writeback_start {|e|
    map set round [$e.name $e.sb_dev] {at: $e.nsecs, pages: $e.nr_pages}
  }
  tracepoint writeback:writeback_written {|e|
    map take round [$e.name $e.sb_dev] | emit {
      time: $e.time
      device: $e.name
      pages: ($in.pages - $e.nr_pages)
      reason: ($e.reason | cast "enum wb_reason")
      took: ($e.nsecs - $in.at)
    }
  }
}
