usdt /usr/sbin/mysqld:mysql:query__start { count }
