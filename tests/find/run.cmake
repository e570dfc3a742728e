# cmake -DROOT=<source dir> -DWORK=<scratch folder> -DHEADERS=<of BoringSSL> -DSSL=<library> -DCRYPTO=<library> -P run.cmake
#
# Whose library is found: always that of the root asked for, with its own headers, or a refusal that says why.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK}")

# make_root(NAME HEADERS SSL CRYPTO): a prefix, of links to what is installed.
function(make_root name headers ssl crypto)
  file(MAKE_DIRECTORY "${WORK}/${name}/include" "${WORK}/${name}/lib")
  file(CREATE_LINK "${headers}" "${WORK}/${name}/include/openssl" SYMBOLIC)
  foreach(library ssl crypto)
    get_filename_component(extension "${${library}}" LAST_EXT)
    file(CREATE_LINK "${${library}}" "${WORK}/${name}/lib/lib${library}${extension}" SYMBOLIC)
  endforeach()
endfunction()

# must_say(BUILD ROOT TEXT): configures in that build folder; what is printed has to hold the text.
function(must_say build root text)
  execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S "${ROOT}/tests/find" -B "${WORK}/${build}" "-DBoringSSL_ROOT=${root}"
    OUTPUT_VARIABLE said ERROR_VARIABLE said TIMEOUT 120)
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  string(FIND "${said}" "${text}" at)
  if(at EQUAL -1)
    message(SEND_ERROR "with BoringSSL_ROOT=${root} in ${build}, \"${text}\" is not said:\n${said}")
  endif()
endfunction()

make_root(good "${HEADERS}/openssl" "${SSL}" "${CRYPTO}")
# OpenSSL, as far as looking for it goes
file(MAKE_DIRECTORY "${WORK}/headers")
file(WRITE "${WORK}/headers/opensslv.h" "")
make_root(other "${WORK}/headers" "${SSL}" "${CRYPTO}")
# BoringSSL's headers over libraries that are something else
file(WRITE "${WORK}/none.a" "!<arch>\n")
make_root(mixed "${HEADERS}/openssl" "${WORK}/none.a" "${WORK}/none.a")

must_say(one "${WORK}/good" "LIBRARY=${WORK}/good/lib/")
must_say(two "${WORK}/other" "${WORK}/other/include holds OpenSSL, not BoringSSL.")
must_say(three "${WORK}/mixed" "is not the BoringSSL of the headers in ${WORK}/mixed/include.")
# the same build folder, asked for another root
must_say(one "${WORK}/other" "holds OpenSSL, not BoringSSL.")
must_say(one "${WORK}/good" "LIBRARY=${WORK}/good/lib/")
