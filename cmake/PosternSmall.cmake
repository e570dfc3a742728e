# How the small build is linked (POSTERN_SMALL): functions with the same code become one, what nothing calls goes, and
# the table of addresses to adjust is packed. Only lld does all three, from 16 on for the C library of Debian 12.
find_program(POSTERN_LLD NAMES ld.lld-19 ld.lld-18 ld.lld-17 ld.lld-16 ld.lld)
if(POSTERN_LLD)
  execute_process(COMMAND "${POSTERN_LLD}" --version OUTPUT_VARIABLE said)
  string(REGEX MATCH "LLD ([0-9]+)" said "${said}")
endif()
if(NOT POSTERN_LLD OR CMAKE_MATCH_1 LESS 16)
  message(FATAL_ERROR "POSTERN_SMALL links with lld 16 or newer. On Debian: apt-get install lld-16.")
endif()
# g++ 12 finds "ld.lld" in a folder, and a name with a version in none.
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/linker")
file(CREATE_LINK "${POSTERN_LLD}" "${PROJECT_BINARY_DIR}/linker/ld.lld" SYMBOLIC)
add_link_options("-B${PROJECT_BINARY_DIR}/linker" -fuse-ld=lld
  -Wl,-O2 -Wl,--icf=all -Wl,--gc-sections -Wl,-z,pack-relative-relocs)
