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
# Found in another place before? The root asked for now decides.
if(DEFINED BoringSSL_SEARCHED AND NOT "${roots}" STREQUAL "${BoringSSL_SEARCHED}")
  foreach(found BoringSSL_INCLUDE_DIR BoringSSL_ssl_LIBRARY BoringSSL_crypto_LIBRARY BoringSSL_LINKS)
    unset(${found} CACHE)
  endforeach()
endif()
set(BoringSSL_SEARCHED "${roots}" CACHE INTERNAL "where BoringSSL was looked for")

find_path(BoringSSL_INCLUDE_DIR openssl/is_boringssl.h
  PATHS ${roots} PATH_SUFFIXES include include/android ../include NO_DEFAULT_PATH)
if(NOT BoringSSL_INCLUDE_DIR)
  # Older trees have no is_boringssl.h; base.h names the library.
  find_path(BoringSSL_INCLUDE_DIR openssl/base.h
    PATHS ${roots} PATH_SUFFIXES include/android include NO_DEFAULT_PATH)
endif()
set(places lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE}/android lib/android . ssl crypto build build/ssl build/crypto)
# Debian keeps OpenSSL beside it, one folder up.
if(debian OR BoringSSL_INCLUDE_DIR MATCHES "/android$")
  set(places lib/${CMAKE_LIBRARY_ARCHITECTURE}/android lib/android)
endif()
foreach(part ssl crypto)
  find_library(BoringSSL_${part}_LIBRARY NAMES lib${part}.a ${part}
    PATHS ${roots} PATH_SUFFIXES ${places} NO_DEFAULT_PATH)
endforeach()

if(BoringSSL_INCLUDE_DIR)
  file(STRINGS "${BoringSSL_INCLUDE_DIR}/openssl/base.h" line REGEX "define BORINGSSL_API_VERSION")
  string(REGEX MATCH "[0-9]+" BoringSSL_VERSION "${line}")
else()
  find_path(found openssl/opensslv.h PATHS ${roots} PATH_SUFFIXES include NO_DEFAULT_PATH NO_CACHE)
  if(found AND NOT debian)
    string(REGEX REPLACE "/$" "" found "${found}")
    set(BoringSSL_NOT_FOUND_MESSAGE "
  ${found} holds OpenSSL, not BoringSSL.")
  endif()
endif()

# Headers alone prove nothing: the libraries must be able to do what they promise.
if(BoringSSL_INCLUDE_DIR AND BoringSSL_ssl_LIBRARY AND BoringSSL_crypto_LIBRARY AND NOT BoringSSL_LINKS)
  include(CheckCXXSourceCompiles)
  find_package(Threads REQUIRED)
  set(CMAKE_REQUIRED_INCLUDES "${BoringSSL_INCLUDE_DIR}")
  set(CMAKE_REQUIRED_LIBRARIES "${BoringSSL_ssl_LIBRARY}" "${BoringSSL_crypto_LIBRARY}" Threads::Threads)
  set(CMAKE_REQUIRED_QUIET ON)
  check_cxx_source_compiles("
    #include <openssl/aead.h>
    #include <openssl/ssl.h>
    int main() {
      SSL_CTX_set_ticket_aead_method(SSL_CTX_new(TLS_with_buffers_method()), nullptr);
      return EVP_aead_aes_256_gcm() == nullptr;
    }" BoringSSL_LINKS)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_QUIET)
  if(NOT BoringSSL_LINKS)
    unset(BoringSSL_LINKS CACHE) # asked again when there is another library
    set(BoringSSL_NOT_FOUND_MESSAGE "
  ${BoringSSL_ssl_LIBRARY} is not the BoringSSL of the headers in ${BoringSSL_INCLUDE_DIR}.")
  endif()
endif()

if(NOT BoringSSL_FIND_VERSION)
  set(BoringSSL_FIND_VERSION 17)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BoringSSL
  REQUIRED_VARS BoringSSL_ssl_LIBRARY BoringSSL_crypto_LIBRARY BoringSSL_INCLUDE_DIR BoringSSL_LINKS
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
