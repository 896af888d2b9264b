usdt /usr/sbin/mysqld:mysql:query__start {|e| {pid: $e.pid, query: ($e.arg0 | into string)} }
