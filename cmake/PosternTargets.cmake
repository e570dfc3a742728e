# The house rules for a target.

add_library(postern_rules INTERFACE)
target_include_directories(postern_rules INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(postern_rules INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<BOOL:${POSTERN_WERROR}>:-Werror>)
# g++ 12 sees an overlap of 2^63 bytes in "literal" + std::string (GCC bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(postern_rules INTERFACE -Wno-restrict)
endif()

# Boost: Asio and Beast are compiled once, in protocols/io/asio.cpp and gateway/lookup/beast.cpp.
find_package(Boost 1.74 REQUIRED)
find_package(Threads REQUIRED)
add_library(postern_boost INTERFACE)
target_link_libraries(postern_boost INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(postern_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ERROR_CODE_HEADER_ONLY)

# postern_library(NAME [USES targets...] [WITHOUT paths...] [READS headers...]): every source below the calling folder, but
# those that begin with these paths, is one static library; most of it reads these headers of others.
function(postern_library name)
  cmake_parse_arguments(arg "" "" "USES;WITHOUT;READS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/(main)\\.cpp$")
  foreach(other IN LISTS arg_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${other}")
  endforeach()
  add_library(postern_${name} STATIC ${sources})
  add_library(postern::${name} ALIAS postern_${name})
  target_link_libraries(postern_${name} PRIVATE postern_rules PUBLIC ${arg_USES})
  target_include_directories(postern_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  if(arg_READS)
    postern_precompile(postern_${name} ${arg_READS})
  endif()
endfunction()
