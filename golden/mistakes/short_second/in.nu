interval 1s { count }
