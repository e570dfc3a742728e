#include "tests/backends/support/staples.hpp"

#include <algorithm>
#include <stdexcept>

namespace postern::tls::test {

using namespace postern::test;

std::string make_response(const identity& ca, const identity& leaf, bool revoked) {
    temp_dir in;
    write_file(in.file("ca.pem"), ca.certificate);
    write_file(in.file("ca-key.pem"), ca.key);
    write_file(in.file("leaf.pem"), leaf.certificate);
    auto said =
        run_program({"openssl", "x509", "-in", in.file("leaf.pem"), "-noout", "-serial"}).output;
    auto serial = said.substr(said.find('=') + 1);
    serial.resize(serial.find('\n'));
    auto status = revoked ? "R\t491231235959Z\t260101000000Z\t" : "V\t491231235959Z\t\t";
    write_file(in.file("index"), status + serial + "\tunknown\t/CN=x\n");
    auto made = run_program(
        {"openssl",
         "ocsp",
         "-index",
         in.file("index"),
         "-CA",
         in.file("ca.pem"),
         "-rsigner",
         in.file("ca.pem"),
         "-rkey",
         in.file("ca-key.pem"),
         "-issuer",
         in.file("ca.pem"),
         "-cert",
         in.file("leaf.pem"),
         "-ndays",
         "7",
         "-respout",
         in.file("out.der")}
    );
    if (made.status != 0) throw std::runtime_error(made.output);
    return read_file(in.file("out.der"));
}

std::string in_base64(const std::string& bytes) {
    constexpr auto digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        unsigned n = 0;
        auto have = std::min<std::size_t>(3, bytes.size() - at);
        for (std::size_t i = 0; i < 3; ++i)
            n = n << 8 | (i < have ? static_cast<unsigned char>(bytes[at + i]) : 0u);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= have ? digits[n >> (18 - 6 * i) & 63] : '=';
        if (at % 48 == 45) out += '\n';
    }
    return out;
}

}
