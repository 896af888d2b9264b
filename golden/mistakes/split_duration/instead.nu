interval 1ms { count }
