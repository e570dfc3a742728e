# cmake -DROOT=<source dir> -P CheckCoroutines.cmake
#
# g++ 12 miscompiles aggregates and capturing lambdas inside a statement with co_await (double free). So: no braces and
# no capture there; name the value first, or return it from a function.
cmake_minimum_required(VERSION 3.25)

set(bad "")
file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/protocols/*.[hc]pp" "${ROOT}/gateway/*.[hc]pp" "${ROOT}/tests/*.[hc]pp")
foreach(file IN LISTS files)
  file(STRINGS "${ROOT}/${file}" lines REGEX "co_await")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "//.*" "" code "${line}")
    string(REGEX REPLACE "\"[^\"]*\"" "" code "${code}")
    if(code MATCHES "co_await[^;]*(\\{.|\\[[^]]*\\] *[({])" AND NOT code MATCHES "co_await[^;{]*\\) *\\{$")
      string(APPEND bad "${file}: ${line}\n")
    endif()
  endforeach()
endforeach()
if(bad)
  message(FATAL_ERROR "Braces or a capturing lambda in a statement with co_await:\n${bad}")
endif()
