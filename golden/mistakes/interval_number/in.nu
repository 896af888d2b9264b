interval 1 { count }
