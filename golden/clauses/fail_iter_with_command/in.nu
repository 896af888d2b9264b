iter task { count } --command "sleep 1"
