interval 250ms { emit {up: $in.nsecs} }
