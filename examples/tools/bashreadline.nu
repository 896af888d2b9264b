# Every command line that is typed into bash, as it is entered.
overlay use nubpf

uretprobe /bin/bash:readline {|e| select time pid | insert command ($e.retval | into string) }
