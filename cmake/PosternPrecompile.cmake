# Headers that most files of a target read anyway are read once for it (POSTERN_PRECOMPILE; the presets clang and asan). A
# file includes what it uses all the same: every other preset builds without, and stops where an #include is missing.
set(POSTERN_STD_HEADERS <algorithm> <chrono> <functional> <map> <memory> <optional> <set> <span> <string> <string_view>
  <utility> <variant> <vector> <boost/system/result.hpp>)
set(POSTERN_ASIO_HEADERS <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/generic/stream_protocol.hpp> <boost/asio/io_context.hpp> <boost/asio/redirect_error.hpp>
  <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)

# postern_precompile(TARGET headers...)
function(postern_precompile target)
  if(NOT POSTERN_PRECOMPILE)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # What ccache wants, to know such a compilation again.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
