iter [task task_file] { count }
