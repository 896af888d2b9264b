let e = {x: 1, w: 2, f: "g"}
let a = {b: true}
let c = "d"
f {|e| $e.x } [1, 2 3] {a: 1, "b c": $e.x.0?, d: (1 + 2)} --flag=3 -s "q" 'r' `t` r#'u'# $"v ($e.w | g) x" $'y' 1..3 0..2..10 1.5 -3 5sec 4kib true null a.b.c
f (not $a.b and 1 + 2 * 3 ** 4 <= 5 or $c =~ "d" xor 6 bit-shl 7 in [8])
[$e] | where a.b == c and (d > 3 or not $e.f starts-with "f")
a
| b
| c # comment
^ls -l; x
