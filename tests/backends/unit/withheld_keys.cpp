#include "backends/tls/withheld_keys.hpp"

#include "backends/tls/key_files.hpp"
#include "tests/backends/support/meeting.hpp"
#include "tests/support/catch.hpp"

using namespace postern;
using namespace postern::tls;

namespace {

std::string block(const std::string& label, const std::string& body) {
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
}

bool has(const withholding& w, std::string_view text) {
    return w.text.reveal().find(text) != std::string_view::npos;
}

}

TEST_CASE("withheld keys: a key goes, certificates stay in their order") {
    auto w = withhold_keys(
        block("CERTIFICATE", "Zmlyc3Q=") + block("PRIVATE KEY", "c2VjcmV0") +
        block("CERTIFICATE", "c2Vjb25k")
    );
    REQUIRE(w.keys.size() == 1);
    CHECK(w.keys[0].pem.reveal() == block("PRIVATE KEY", "c2VjcmV0"));
    CHECK_FALSE(has(w, "c2VjcmV0"));
    auto left = read_pem(w.text.reveal()).blocks;
    REQUIRE(left.size() == 3);
    CHECK(left[0].label == "CERTIFICATE");
    CHECK(withheld_key_of(left[1]) == w.keys[0].id);
    CHECK(left[2].text.reveal() == block("CERTIFICATE", "c2Vjb25k"));
}

TEST_CASE("withheld keys: each key has a name of its own") {
    auto text = block("EC PRIVATE KEY", "YQ==") + block("ENCRYPTED PRIVATE KEY", "Yg==");
    auto w = withhold_keys(text);
    REQUIRE(w.keys.size() == 2);
    CHECK(w.keys[0].id != w.keys[1].id);
    CHECK(withhold_keys(text).keys[0].id != w.keys[0].id);
}

TEST_CASE("withheld keys: what is torn, strange or beside a block goes as well") {
    for (std::string text :
         {"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n",
          "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----BEGIN CERTIFICATE-----\nYQ==\n-----END "
          "CERTIFICATE-----\n",
          "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n",
          "the PRIVATE KEY is c2VjcmV0\n"}) {
        INFO(text);
        auto w = withhold_keys(text);
        CHECK(w.keys.empty());
        CHECK_FALSE(has(w, "c2VjcmV0"));
    }
}

TEST_CASE("withheld keys: a file without a key stays byte for byte") {
    for (std::string text :
         {std::string(), std::string(48, '\0'), "# roots\n" + block("CERTIFICATE", "YQ==")}) {
        auto w = withhold_keys(text);
        CHECK(w.text.reveal() == text);
        CHECK(w.keys.empty());
    }
}

TEST_CASE("withheld keys: a name that is too short is none") {
    auto blocks = read_pem(block("POSTERN KEY", "c2hvcnQ=")).blocks;
    REQUIRE(blocks.size() == 1);
    CHECK_FALSE(withheld_key_of(blocks[0]));
}

TEST_CASE("signature slot: one question, one answer") {
    using answer = signature_slot::answer;
    signature_slot slot;
    std::string digest(32, 'x'), other(32, 'y');
    auto bytes = std::as_bytes(std::span(digest));
    using enum signature_scheme;
    CHECK(slot.ask(ecdsa_sha256, bytes) == answer::refused); // no key is elsewhere
    slot.key.emplace();
    CHECK(slot.ask(ecdsa_sha384, bytes) == answer::refused); // not that long
    CHECK(slot.ask(static_cast<signature_scheme>(0x0301), bytes) == answer::refused);
    CHECK(slot.ask(ecdsa_sha256, bytes) == answer::later);
    CHECK(slot.ask(ecdsa_sha256, bytes) == answer::later);
    CHECK(slot.ask(ecdsa_sha256, std::as_bytes(std::span(other))) == answer::refused);
    REQUIRE(slot.wanted());
    CHECK(slot.wanted()->bytes == digest);
    slot.give(std::as_bytes(std::span(other)));
    CHECK_FALSE(slot.wanted());
    CHECK(slot.ask(ecdsa_sha256, bytes) == answer::here);
    CHECK(slot.signature() == other);
    CHECK(slot.ask(ecdsa_sha256, bytes) == answer::later);
    slot.give({});
    CHECK(slot.again() == answer::refused);
}
