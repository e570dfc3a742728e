# WolfSSL::wolfssl, from -DwolfSSL_ROOT=<prefix or build tree>, or by pkg-config.
#
# wolfSSL's features are fixed when it is compiled, so the header options.h must be the one of the library.
set(oldest 5.5.0)
if(wolfSSL_ROOT)
  # Found in another place before? The given root decides.
  unset(WolfSSL_INCLUDE_DIR CACHE)
  unset(WolfSSL_LIBRARY CACHE)
  unset(WolfSSL_COMPLETE CACHE)
  find_path(WolfSSL_INCLUDE_DIR wolfssl/options.h PATHS "${wolfSSL_ROOT}" PATH_SUFFIXES include . NO_DEFAULT_PATH)
  find_library(WolfSSL_LIBRARY NAMES wolfssl PATHS "${wolfSSL_ROOT}"
    PATH_SUFFIXES lib lib64 lib/${CMAKE_LIBRARY_ARCHITECTURE} src/.libs . NO_DEFAULT_PATH)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PC_WOLFSSL QUIET wolfssl)
  endif()
  find_path(WolfSSL_INCLUDE_DIR wolfssl/options.h HINTS ${PC_WOLFSSL_INCLUDE_DIRS})
  find_library(WolfSSL_LIBRARY NAMES wolfssl HINTS ${PC_WOLFSSL_LIBRARY_DIRS})
endif()
if(WolfSSL_INCLUDE_DIR)
  file(STRINGS "${WolfSSL_INCLUDE_DIR}/wolfssl/version.h" line REGEX "LIBWOLFSSL_VERSION_STRING")
  string(REGEX MATCH "[0-9]+(\\.[0-9]+)+" WolfSSL_VERSION "${line}")
endif()

# What backends/wolfssl/library.hpp asks for with #error, asked here already, in fewer words.
if(WolfSSL_INCLUDE_DIR AND NOT WolfSSL_COMPLETE)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_INCLUDES "${WolfSSL_INCLUDE_DIR}")
  set(CMAKE_REQUIRED_QUIET ON)
  check_cxx_source_compiles("
    #include <wolfssl/options.h>
    #include <wolfssl/ssl.h>
    #if !defined(OPENSSL_EXTRA) || !defined(HAVE_EXT_CACHE) || !defined(HAVE_SESSION_TICKET)
    #error incomplete
    #endif
    #if !defined(HAVE_ALPN) || !defined(HAVE_SNI) || !defined(HAVE_AESGCM)
    #error incomplete
    #endif
    #ifndef HAVE_SERVER_RENEGOTIATION_INFO
    #error incomplete
    #endif
    int main() {}" WolfSSL_COMPLETE)
  unset(CMAKE_REQUIRED_INCLUDES)
  unset(CMAKE_REQUIRED_QUIET)
  if(NOT WolfSSL_COMPLETE)
    unset(WolfSSL_COMPLETE CACHE) # asked again when there is another library
    set(WolfSSL_NOT_FOUND_MESSAGE "
  ${WolfSSL_INCLUDE_DIR} belongs to a wolfSSL that was built without what postern needs:
  --enable-opensslextra --enable-session-ticket --enable-alpn --enable-sni CPPFLAGS=-DHAVE_EXT_CACHE, and without
  --enable-renegotiation-indication, which switches the server's half of RFC 5746 off.
  cmake/wolfssl-appliance builds one that has it all.")
  endif()
endif()

if(NOT WolfSSL_FIND_VERSION)
  set(WolfSSL_FIND_VERSION ${oldest})
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(WolfSSL
  REQUIRED_VARS WolfSSL_LIBRARY WolfSSL_INCLUDE_DIR WolfSSL_COMPLETE
  VERSION_VAR WolfSSL_VERSION
  REASON_FAILURE_MESSAGE "${WolfSSL_NOT_FOUND_MESSAGE}
  postern needs wolfSSL ${oldest} or newer. On Debian: apt-get install libwolfssl-dev pkg-config.
  For a library of your own: -DwolfSSL_ROOT=<install prefix>.")

if(WolfSSL_FOUND AND NOT TARGET WolfSSL::wolfssl)
  find_package(Threads REQUIRED)
  add_library(WolfSSL::wolfssl UNKNOWN IMPORTED)
  set_target_properties(WolfSSL::wolfssl PROPERTIES
    IMPORTED_LOCATION "${WolfSSL_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${WolfSSL_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "Threads::Threads;m")
endif()
mark_as_advanced(WolfSSL_INCLUDE_DIR WolfSSL_LIBRARY)
