# BoringSSL::ssl and BoringSSL::crypto.
#
# Known layouts: Debian's android-libboringssl-dev (found by itself), and, with -DBoringSSL_ROOT=DIR, an upstream
# install prefix or a source tree with its build folder. Headers and libraries always come from one root: mixing
# Debian's headers with another build's library links without a word and crashes later.
set(roots "${BoringSSL_ROOT}")
if(NOT BoringSSL_ROOT)
  set(roots /usr)
  set(debian android)
endif()

find_path(BoringSSL_INCLUDE_DIR openssl/is_boringssl.h
  PATHS ${roots} PATH_SUFFIXES include include/android ../include NO_DEFAULT_PATH)
if(NOT BoringSSL_INCLUDE_DIR)
  # Older trees have no is_boringssl.h; base.h names the library.
  find_path(BoringSSL_INCLUDE_DIR openssl/base.h
    PATHS ${roots} PATH_SUFFIXES include/android include NO_DEFAULT_PATH)
endif()
set(places lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE}/android lib/android . ssl crypto build build/ssl build/crypto)
if(debian)
  set(places lib/${CMAKE_LIBRARY_ARCHITECTURE}/android)
endif()
foreach(part ssl crypto)
  find_library(BoringSSL_${part}_LIBRARY NAMES lib${part}.a ${part}
    PATHS ${roots} PATH_SUFFIXES ${places} NO_DEFAULT_PATH)
endforeach()

if(BoringSSL_INCLUDE_DIR)
  file(STRINGS "${BoringSSL_INCLUDE_DIR}/openssl/base.h" line REGEX "define BORINGSSL_API_VERSION")
  string(REGEX MATCH "[0-9]+" BoringSSL_VERSION "${line}")
  if(NOT BoringSSL_VERSION)
    set(BoringSSL_NOT_FOUND_MESSAGE "${BoringSSL_INCLUDE_DIR} holds OpenSSL, not BoringSSL.")
  endif()
endif()

if(NOT BoringSSL_FIND_VERSION)
  set(BoringSSL_FIND_VERSION 17)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BoringSSL
  REQUIRED_VARS BoringSSL_ssl_LIBRARY BoringSSL_crypto_LIBRARY BoringSSL_INCLUDE_DIR
  VERSION_VAR BoringSSL_VERSION
  REASON_FAILURE_MESSAGE "${BoringSSL_NOT_FOUND_MESSAGE}
  postern needs BoringSSL of API version 17 or newer. On Debian: apt-get install android-libboringssl-dev.
  For a library built from upstream: -DBoringSSL_ROOT=<install prefix or build tree>.")

if(BoringSSL_FOUND AND NOT TARGET BoringSSL::ssl)
  find_package(Threads REQUIRED)
  foreach(part crypto ssl)
    add_library(BoringSSL::${part} UNKNOWN IMPORTED)
    set_target_properties(BoringSSL::${part} PROPERTIES
      IMPORTED_LOCATION "${BoringSSL_${part}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${BoringSSL_INCLUDE_DIR}")
  endforeach()
  set_property(TARGET BoringSSL::crypto PROPERTY INTERFACE_LINK_LIBRARIES Threads::Threads)
  set_property(TARGET BoringSSL::ssl PROPERTY INTERFACE_LINK_LIBRARIES BoringSSL::crypto)
endif()
mark_as_advanced(BoringSSL_INCLUDE_DIR BoringSSL_ssl_LIBRARY BoringSSL_crypto_LIBRARY)
