software page-faults { count --by comm } --count 100
