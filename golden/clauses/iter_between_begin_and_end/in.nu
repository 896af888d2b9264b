trace {
  begin { print "tasks:" }
  iter task { count }
  end { report }
} --for 5sec
