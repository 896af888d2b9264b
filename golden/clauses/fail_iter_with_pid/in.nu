iter task { count } --pid 1234
