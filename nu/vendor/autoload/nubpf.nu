# Nushell runs this when it starts, where it is installed as share/nushell/vendor/autoload/nubpf.nu: then
# `overlay use nubpf` finds the module that was installed with nubpf.
const nubpf_modules = path self ../../../nubpf/nu
$env.NU_LIB_DIRS = ($env.NU_LIB_DIRS? | default [] | append $nubpf_modules)
