# Every round of writing dirty pages to a device: how many pages, why, and how long it takes.
overlay use nubpf

trace {
  tracepoint writeback:writeback_start {|e|
    timer start --key [$e.name $e.sb_dev]
    map set pages [$e.name $e.sb_dev] $e.nr_pages
  }
  tracepoint writeback:writeback_written {|e|
    timer stop --key [$e.name $e.sb_dev] | emit {
      time: $e.time
      device: $e.name
      pages: ((map get pages [$e.name $e.sb_dev]) - $e.nr_pages)
      reason: ($e.reason | cast "enum wb_reason")
      took: $in
    }
  }
}
