# Faster rebuilds where the tools for them are installed; nothing depends on either.

find_program(NUBPF_CCACHE ccache)
if(NUBPF_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${NUBPF_CCACHE})
endif()

find_program(NUBPF_MOLD mold)
if(NUBPF_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
