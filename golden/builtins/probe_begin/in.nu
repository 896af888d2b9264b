begin { print "tracing" }
