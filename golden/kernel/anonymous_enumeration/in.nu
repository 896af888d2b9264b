# An enumeration without a name is named by one of its enumerators.
kprobe tcp_connect {|e|
  let state = $e.sk.__sk_common.skc_state | cast "enum { TCP_CLOSE }"
  if $state != TCP_CLOSE { {state: $state, again: ($e.sk.__sk_common.skc_state | cast "enum { TCP_CLOSE }" | into int)} }
}
