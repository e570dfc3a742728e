#include "backends/tls/distinguished_name.hpp"

#include "backends/tls/certificate.hpp"
#include "backends/tls/pem.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

using namespace postern;
using namespace postern::tls;
using postern::test::run_program;
using postern::test::temp_dir;

namespace {

// What openssl makes of a subject, and what we do.
void compare(const std::string& subject) {
    temp_dir dir;
    auto made = run_program(
        {"openssl",
         "req",
         "-x509",
         "-newkey",
         "ec",
         "-pkeyopt",
         "ec_paramgen_curve:P-256",
         "-nodes",
         "-utf8",
         "-multivalue-rdn",
         "-subj",
         subject,
         "-keyout",
         dir.file("key.pem"),
         "-out",
         dir.file("cert.pem")}
    );
    INFO(subject << "\n" << made.output);
    REQUIRE(made.status == 0);
    auto asked = run_program(
        {"openssl",
         "x509",
         "-in",
         dir.file("cert.pem"),
         "-noout",
         "-subject",
         "-nameopt",
         "RFC2253"}
    );
    auto pem = test::read_file(dir.file("cert.pem"));
    auto leaf = read_certificate(*pem_bytes(read_pem(pem).blocks.at(0)));
    REQUIRE(leaf);
    CHECK("subject=" + written_name(leaf->subject) + "\n" == asked.output);
}

}

TEST_CASE("a Name is written as OpenSSL writes it") {
    compare("/C=DE/ST=Saxony/L=Leipzig/O=Example, Inc./OU=Mail/CN=Joe Doe");
    compare("/CN=J\xc3\xb6rg \xe2\x82\xac/emailAddress=joerg@example.org/serialNumber=12");
    compare("/DC=org/DC=example/UID=joe+CN=Joe");
    compare("/CN= leading and trailing /O=#hash/OU=a<b>c;d\\\\e\"f\\+g");
    compare("/SN=Doe/GN=Joe/title=Dr/initials=J/pseudonym=x/dnQualifier=q/name=n");
}

TEST_CASE("what is no Name is written as nothing") {
    CHECK(written_name("").empty());
    CHECK(written_name("noise").empty());
    CHECK(written_name(std::string("\x30\x03\x31\x05\x30", 5)).empty());
}
