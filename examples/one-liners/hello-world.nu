# Says hello, and ends.
overlay use nubpf

begin {
  print "hello world"
  exit
}
