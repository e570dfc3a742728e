# cmake -DROOT=<source dir> -P CheckLayout.cmake      Fails when a file includes what its folder may not.
#
# A row is: folder; what its files may include besides what everyone may. The first row that fits a file decides.
cmake_minimum_required(VERSION 3.25)

set(below_protocols "\"(config|backends/tls|protocols)/")
set(rows
  "config/source/toml:\"config/|<toml"
  "config/nginx/files:\"config/|<glob.h>"
  "config/:\"config/"
  "backends/tls/:\"(config|backends/tls)/"
  "backends/boringssl/:\"(config|backends/(tls|boringssl))/|<openssl/"
  "backends/wolfssl/side_stack:\"backends/wolfssl/|<ucontext.h>"
  "backends/wolfssl/:\"(config|backends/(tls|wolfssl))/|<wolfssl/"
  "protocols/io/asio:<boost/asio"
  "protocols/io/task:${below_protocols}|<boost/asio/awaitable"
  "protocols/:${below_protocols}"
  "gateway/:\"(config|backends/tls|protocols|gateway)/|<boost/(asio|beast|intrusive)|<[a-z_0-9/]+\\.h>"
  "tests/:\"|<")
set(everyone "<boost/(system|endian|container)|<[a-z_0-9]+>|<(sys|netinet|arpa)/")
set(bad "")
set(judged "")
foreach(row IN LISTS rows)
  string(REGEX MATCH "^[^:]+" where "${row}")
  string(REGEX REPLACE "^[^:]+:" "" may "${row}")
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${where}*.[hc]pp")
  if(judged)
    list(REMOVE_ITEM files ${judged})
  endif()
  list(APPEND judged ${files})
  foreach(file IN LISTS files)
    file(STRINGS "${ROOT}/${file}" lines REGEX "^#[ ]*include")
    foreach(line IN LISTS lines)
      if(NOT line MATCHES "#[ ]*include (${may}|${everyone})")
        string(APPEND bad "${file}: ${line}\n")
      endif()
    endforeach()
    file(STRINGS "${ROOT}/${file}" ifs REGEX "^#[ ]*(if|ifdef|ifndef)")
    if(ifs AND NOT file MATCHES "^(backends/(boringssl|wolfssl)|tests)/")
      string(APPEND bad "${file}: ${ifs}\n")
    endif()
    # A file is one idea: nobody reads the 400th line with the first one in mind.
    file(STRINGS "${ROOT}/${file}" all)
    list(LENGTH all length)
    if(length GREATER 400)
      string(APPEND bad "${file}: ${length} lines, at most 400\n")
    endif()
  endforeach()
endforeach()
if(bad)
  message(FATAL_ERROR "Layout rules broken:\n${bad}")
endif()
