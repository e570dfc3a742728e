#include "backends/tls/backend.hpp"
#include "gateway/certificates/folder_reading.hpp"
#include "gateway/certificates/shelves.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>

using namespace postern;
using namespace postern::gateway;
using postern::test::ecdsa_identity;
using postern::test::make_identity;
using postern::test::rsa_identity;
using postern::test::temp_dir;
using postern::test::write_file;
using names = std::vector<std::string>;
using kind = folder_change::kind;

namespace {

const tls::backend& library() {
    static const auto made = tls::make_backend();
    return *made;
}

struct place {
    temp_dir dir;
    std::shared_ptr<const read_folder> now;

    folder_result read(decltype(folder_reading::prove) prove = {}) {
        auto path = dir.path().string();
        auto got = read_listed(
            path, list_folder(path), {library().primitives(), now.get(), std::move(prove)}
        );
        if (got.made) now = got.made;
        return got;
    }
    void put(const std::string& name, const std::string& text) { write_file(dir.file(name), text); }
    names wrong() const {
        names out;
        for (auto& item : now->items)
            if (!item.wrong.empty()) out.push_back(item.wrong);
        return out;
    }
};

// "renewed a.pem", one for each change.
names told(const folder_result& got) {
    const char* words[] = {"added", "renewed", "removed", "left out", "kept"};
    names out;
    for (auto& c : got.changes)
        out.push_back(
            std::string(words[static_cast<int>(c.what)]) + " " +
            std::filesystem::path(c.certificate).filename().string()
        );
    return out;
}

}

TEST_CASE("a folder's certificates are indexed by the names in them; bad files are left out") {
    place p;
    auto wild =
        make_identity({.name = "x", .extensions = "subjectAltName = DNS:*.B.example, DNS:b.example"}
        );
    p.put("a.pem", ecdsa_identity().certificate + ecdsa_identity().key);
    p.put("b.crt", wild.certificate);
    p.put("b.key", wild.key);
    p.put("no-key.pem", rsa_identity().certificate);
    p.put("torn.pem", ecdsa_identity().certificate.substr(0, 100));
    p.put("a-key.pem", ecdsa_identity().key); // a key's own file is no certificate
    auto got = p.read();
    INFO(got.error);
    REQUIRE(got.made);
    auto& catalog = *got.made->catalog;
    CHECK(catalog.size() == 2);
    REQUIRE(catalog.find("mail.example").size() == 1);
    CHECK(catalog.find("*.b.example").size() == 1);
    CHECK(catalog.find("b.example").size() == 1);
    CHECK(catalog.find("x").empty());
    auto wrong = p.wrong();
    REQUIRE(wrong.size() == 2);
    CHECK(wrong[0].find("no-key.pem") != wrong[0].npos);
    CHECK(wrong[1].find("torn.pem") != wrong[1].npos);
    auto entry = catalog.entry(catalog.find("b.example")[0]);
    CHECK(entry.key == wild.key);
    CHECK(entry.key_path == p.dir.file("b.key"));
}

TEST_CASE("what did not change is not read again; what is broken leaves the old one in place") {
    place p;
    auto& e = ecdsa_identity();
    auto b = make_identity({.name = "b.example"}), c = make_identity({.name = "c.example"});
    p.put("a.pem", e.certificate + e.key);
    p.put("b.pem", b.certificate + b.key);
    p.read();
    auto id_of = [&](const std::string& name) {
        auto found = p.now->catalog->find(name);
        return found.empty() ? std::array<std::byte, 32>{} : p.now->catalog->entry(found[0]).id;
    };
    auto first = id_of("mail.example"), second = id_of("b.example");
    CHECK(first != second);
    auto renewed = make_identity({.name = "b.example"});
    p.put("a.pem", e.certificate.substr(0, 50));
    p.put("b.pem", renewed.certificate + renewed.key);
    p.put("c.pem", c.certificate + c.key);
    CHECK(told(p.read()) == names{"kept a.pem", "renewed b.pem", "added c.pem"});
    CHECK(id_of("mail.example") == first);
    CHECK(id_of("b.example") != second);
    CHECK(p.wrong().size() == 1);
    CHECK(told(p.read()).empty()); // not said again
    CHECK(id_of("mail.example") == first);
    std::filesystem::remove(p.dir.file("a.pem"));
    CHECK(told(p.read()) == names{"removed a.pem"});
    CHECK(p.now->catalog->find("mail.example").empty());
}

TEST_CASE("a fresh pair that fails its proof counts as broken") {
    place p;
    auto& e = ecdsa_identity();
    p.put("a.pem", e.certificate + e.key);
    auto fails = [](const config::file& certificate, const config::file& key) {
        CHECK(key.bytes == certificate.bytes);
        return std::string("it does not fit");
    };
    auto got = p.read(fails);
    CHECK(told(got) == names{"left out a.pem"});
    CHECK(got.made->catalog->size() == 0);
    CHECK(p.wrong() == names{"it does not fit"});
}

TEST_CASE("memory that is sealed cannot be written or resized by anybody, and arrives as it was") {
    auto writer = sealed_writer::make("test").value();
    CHECK(writer.append(std::as_bytes(std::span("hello", 5))));
    CHECK(writer.append(std::as_bytes(std::span(" there", 6))));
    auto memory = writer.seal();
    REQUIRE(memory.has_value());
    CHECK(::write(memory->fd(), "x", 1) < 0);
    CHECK(::ftruncate(memory->fd(), 100) != 0);
    auto shared = ::mmap(nullptr, 11, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd(), 0);
    CHECK(shared == MAP_FAILED);
    auto other = sealed_memory::adopt(duplicate(memory->fd()));
    REQUIRE(other.has_value());
    std::string_view text(reinterpret_cast<const char*>(other->bytes().data()), 11);
    CHECK(text == "hello there");
    // What its maker could still change is not taken.
    descriptor open(::memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    REQUIRE(::ftruncate(open.get(), 10) == 0);
    CHECK_FALSE(sealed_memory::adopt(std::move(open)).has_value());
}

TEST_CASE("a worker puts what a bundle brings on the shelf that its servers look at") {
    place p;
    auto& e = ecdsa_identity();
    p.put("a.pem", e.certificate + e.key);
    p.read();
    shelves all;
    auto bundle_of = [&] {
        bundle b;
        b.folders.push_back({"certs", duplicate(p.now->memory->fd())});
        return b;
    };
    auto first = bundle_of();
    REQUIRE(all.take(first).has_value());
    auto shelf = all.find("certs");
    REQUIRE(shelf);
    CHECK(shelf->now->find("mail.example").size() == 1);
    CHECK_FALSE(all.find("other"));
    auto c = make_identity({.name = "c.example"});
    p.put("c.pem", c.certificate + c.key);
    p.read();
    auto second = bundle_of();
    REQUIRE(all.take(second).has_value());
    CHECK(all.find("certs") == shelf);
    CHECK(shelf->now->find("c.example").size() == 1);
    bundle strange;
    auto writer = sealed_writer::make("strange").value();
    writer.append(std::as_bytes(std::span("no catalog")));
    auto memory = writer.seal();
    strange.folders.push_back({"certs", duplicate(memory->fd())});
    CHECK_FALSE(all.take(strange).has_value());
    CHECK(shelf->now->find("c.example").size() == 1); // as it was
}
