interval 1sec { count }
