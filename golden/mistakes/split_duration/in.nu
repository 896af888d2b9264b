interval 1 ms { count }
