iter task { count }
