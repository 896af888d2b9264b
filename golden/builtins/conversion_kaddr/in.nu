interval 1sec { {at: (kaddr avenrun)} }
