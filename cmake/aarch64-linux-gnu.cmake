# Builds for arm64 by Debian's cross compiler; ctest runs the tests in qemu-user. Boost, toml++ and Catch2 are
# headers alone, so this machine's are as good as any.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
# Where a machine keeps its CMake files says nothing about the headers that they name.
file(GLOB tomlplusplus_DIR /usr/lib/*/cmake/tomlplusplus)
