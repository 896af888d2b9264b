kprobe should_failslab { override -12 } --unsafe
