# What a builder may choose. Everything else follows from it.
set(POSTERN_TLS "boringssl" CACHE STRING "TLS library: boringssl, wolfssl, or both as a list")
set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined")
option(POSTERN_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(POSTERN_SMALL "Link as small as can be, and hold the build to the size that the preset `appliance` promises" OFF)
include(CMakeDependentOption)
cmake_dependent_option(POSTERN_RESOLVER "Look up the names of SMTP clients, with c-ares (the directive resolver)" ON
  "NOT POSTERN_SMALL" OFF)
cmake_dependent_option(POSTERN_IMPORT "Read nginx.conf: postern import, and --nginx" ON "NOT POSTERN_SMALL" OFF)
option(POSTERN_PRECOMPILE "Read the headers that most files need once a target" OFF)
option(POSTERN_WERROR "Treat warnings in our own code as errors" ON)

foreach(library IN LISTS POSTERN_TLS)
  if(NOT library MATCHES "^(boringssl|wolfssl)$")
    message(FATAL_ERROR "POSTERN_TLS names \"${library}\"; it may be boringssl, wolfssl, or both.")
  endif()
endforeach()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # otherwise it leaves every file alone that has precompiled headers
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
endif()

if(POSTERN_SANITIZE)
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # with sanitizers g++ 12 thinks that std::regex (in Catch) uses what it has not set
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND POSTERN_SANITIZE MATCHES "undefined")
    # clang 14 reports every resumption of a coroutine as a call through the wrong type
    add_compile_options(-fno-sanitize=function)
  endif()
endif()
if(POSTERN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
