usdt /usr/sbin/mysqld { count }
