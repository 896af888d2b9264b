# Which programs fault pages in: a sample of every hundredth fault.
overlay use nubpf

software page-faults { count --by [comm pid] } --count 100
