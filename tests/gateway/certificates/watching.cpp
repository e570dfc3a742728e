#include "gateway/certificates/expiry.hpp"
#include "gateway/certificates/folder_listing.hpp"
#include "gateway/certificates/marks.hpp"
#include "gateway/certificates/units.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

#include <filesystem>

using namespace postern;
using namespace postern::gateway;
using postern::test::temp_dir;
using postern::test::write_file;
using names = std::vector<std::string>;

TEST_CASE("a file's mark changes with whatever is done to it, also behind a link") {
    temp_dir dir;
    auto path = dir.file("a");
    CHECK(mark_of_file(path) == 0);
    write_file(path, "1");
    auto first = mark_of_file(path);
    CHECK(first != 0);
    CHECK(mark_of_file(path) == first);
    write_file(dir.file("next"), "2"); // of the same size, and put in its place at once
    std::filesystem::rename(dir.file("next"), path);
    auto second = mark_of_file(path);
    CHECK(second != first);
    write_file(dir.file("other"), "3");
    auto link = dir.file("link");
    std::filesystem::create_symlink(path, link);
    CHECK(mark_of_file(link) == second);
    std::filesystem::remove(link);
    std::filesystem::create_symlink(dir.file("other"), link);
    CHECK(mark_of_file(link) != second);
    std::filesystem::remove(dir.file("other"));
    CHECK(mark_of_file(link) == 0); // leads nowhere
    CHECK(mark_of_both(1, 2) != mark_of_both(2, 1));
}

TEST_CASE("a change is settled when it is found twice in the same state") {
    settling s;
    s.begin({
        {"a", 1},
        {"c", 3}
    });
    CHECK(s.look({
                     {"a", 1},
                     {"c", 3}
    }
    ).empty());
    CHECK_FALSE(s.moving());
    CHECK(s.look({
                     {"a", 5},
                     {"c", 3}
    }
    ).empty());
    CHECK(s.moving());
    CHECK(s.look({
                     {"a", 6},
                     {"c", 3}
    }
    ).empty()); // still being written
    CHECK(
        s.look({
            {"a", 6},
            {"c", 3}
    }) == names{"a"}
    );
    CHECK_FALSE(s.moving());
    CHECK(s.look({
                     {"a", 6},
                     {"c", 3}
    }
    ).empty());
    CHECK(
        s.accepted() ==
        std::vector<marked>{
            {"a", 6},
            {"c", 3}
    }
    );
}

TEST_CASE("what appears and what goes settles as well, each by itself") {
    settling s;
    s.begin({
        {"b", 2},
        {"c", 3}
    });
    CHECK(s.look({
                     {"a", 1},
                     {"b", 2},
                     {"d", 4}
    }
    ).empty());
    CHECK(
        s.look({
            {"a", 1},
            {"b", 2},
            {"d", 5}
    }) == names{"a", "c"}
    );
    CHECK(s.moving()); // d
    CHECK(
        s.accepted() ==
        std::vector<marked>{
            {"a", 1},
            {"b", 2}
    }
    );
    CHECK(
        s.look({
            {"a", 1},
            {"b", 2},
            {"d", 5}
    }) == names{"d"}
    );
    // Gone for one look only, as in a rename that is not atomic: nothing happened.
    CHECK(s.look({
                     {"a", 1},
                     {"d", 5}
    }
    ).empty());
    CHECK(s.look({
                     {"a", 1},
                     {"b", 2},
                     {"d", 5}
    }
    ).empty());
    CHECK_FALSE(s.moving());
    CHECK(s.look({}).empty());
    CHECK(s.look({}) == names{"a", "b", "d"});
    CHECK(s.accepted().empty());
}

TEST_CASE("a folder lists its certificates in all their forms, and nothing else") {
    temp_dir dir;
    for (auto* sub : {"certbot", "secret", "..data", "empty"})
        std::filesystem::create_directory(dir.path() / sub);
    for (auto* name :
         {"a.pem",
          "a.key",
          "b.crt",
          "b-key.pem",
          "c.pem",
          "README",
          ".hidden.pem",
          "d.pem.tmp",
          "certbot/fullchain.pem",
          "certbot/privkey.pem",
          "secret/tls.crt",
          "secret/tls.key",
          "..data/tls.crt",
          "empty/cert.pem"})
        write_file(dir.file(name), name);
    std::filesystem::create_symlink("certbot", dir.file("linked"));
    std::filesystem::create_symlink("nowhere", dir.file("lost.pem"));
    auto got = list_folder(dir.path().string());
    CHECK(got.error == 0);
    names seen;
    for (auto& item : got.items)
        seen.push_back(item.certificate + " " + item.key);
    CHECK(
        seen ==
        names{
            "a.pem a.key",
            "b-key.pem ",
            "b.crt b-key.pem",
            "c.pem ",
            "certbot/fullchain.pem certbot/privkey.pem",
            "linked/fullchain.pem linked/privkey.pem",
            "secret/tls.crt secret/tls.key"}
    );
    auto before = got.items[0].mark;
    write_file(dir.file("a.key"), "another");
    CHECK(list_folder(dir.path().string()).items[0].mark != before);
    CHECK(list_folder(dir.file("gone")).error == ENOENT);
}

TEST_CASE("thirty, seven and one days before the end, and at the end, each is said once") {
    using namespace std::chrono;
    expiry_notes notes;
    auto end = system_clock::time_point(hours(24 * 1000));
    auto at = [&](int days_before) {
        auto said = notes.look("a", end, end - hours(24) * days_before);
        notes.end_round();
        return said.value_or(-1);
    };
    CHECK(at(31) == -1);
    CHECK(at(30) == 30);
    CHECK(at(29) == -1);
    CHECK(at(7) == 7);
    CHECK(at(6) == -1);
    CHECK(at(1) == 1);
    CHECK(at(1) == -1);
    CHECK(at(0) == 0);
    CHECK(at(-5) == -1);
    end += hours(24 * 90); // renewed
    CHECK(at(90) == -1);
    CHECK(at(3) == 7); // found late: only the nearest one
    notes.end_round(); // nobody looked: the file is gone
    CHECK(at(3) == 7);
}

TEST_CASE("certificates that share a file are renewed together, others each for itself") {
    config::settings all;
    all.servers.resize(3);
    for (auto& s : all.servers)
        s.tls.starttls = config::starttls_mode::on;
    auto put = [](config::tls_settings& to, names certificates, names keys) {
        to.certificates.clear();
        for (auto& c : certificates)
            to.certificates.push_back({c, nullptr});
        for (auto& k : keys)
            to.certificate_keys.push_back({k, nullptr});
    };
    put(all.servers[0].tls, {"a", "b"}, {"a.key", "b.key"});
    put(all.servers[1].tls, {"c", "d"}, {"a.key", "d"});
    put(all.servers[2].tls, {"z"}, {"z"});
    all.servers[2].tls.starttls = config::starttls_mode::off; // no TLS at all
    all.servers[0].tls.names.certificates.push_back({
        {"e",      nullptr},
        {"b.key",        nullptr},
        {              }
    });
    auto units = renewables_of(all);
    std::vector<names> files;
    for (auto& unit : units)
        files.push_back(unit.paths);
    CHECK(
        files ==
        std::vector<names>{
            {"a",  "a.key", "c"},
            {"b", "b.key", "e"},
            {"d" }
    }
    );
    CHECK(units[0].pairs.size() == 2);
    // A pass phrase file is shared by all certificates of its server, and so joins them.
    all.servers[0].tls.password_file.path = "phrases";
    CHECK(renewables_of(all).size() == 2);
}
